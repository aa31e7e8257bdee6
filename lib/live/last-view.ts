import { db } from "../db/client.ts";
import { nodes, storages } from "../db/schema/index.ts";
import type { NodeLive } from "../domain/live.ts";
import { readLast } from "./members.ts";
import { type ListedVolumes, NodeState, now } from "./node-state.ts";

/** Every node as it was measured last, read from the database: what a process without a hub shows. */
export async function lastLive(): Promise<NodeLive[]> {
  return (await lastStates()).map((state) => state.view(now()));
}

/** All of that with the volumes of every storage as they were listed last, and by node what each check reported. */
export async function lastMeasured(): Promise<{
  live: NodeLive[];
  volumes: ListedVolumes[];
  details: Record<string, ReturnType<NodeState["details"]>>;
}> {
  const states = await lastStates();
  const at = now();
  return {
    live: states.map((state) => state.view(at)),
    volumes: states.flatMap((state) => state.listedVolumes(at)),
    details: Object.fromEntries(states.map((state) => [state.nodeId, state.details()])),
  };
}

async function lastStates(): Promise<NodeState[]> {
  const [nodeRows, storageRows] = await Promise.all([db().select().from(nodes), db().select().from(storages)]);
  return Promise.all(
    nodeRows.map(async ({ id, clusterId }) => {
      const last = await readLast(id);
      const state = new NodeState(id, clusterId, last);
      const own = storageRows.filter((storage) => storage.clusterId === clusterId);
      state.setStorages(
        own.map((storage) => ({ storageId: storage.id, name: storage.name, isMain: storage.isMain })),
        last,
      );
      return state;
    }),
  );
}
