import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyFile } from "../../lab/instance.ts";
import { type LabNode, makeMountedFs, makeVolumeGroup } from "../../lab/index.ts";
import { db } from "../../lib/db/client.ts";
import { clusters, nodeStorages, nodes, panel, storages } from "../../lib/db/schema/index.ts";
import { startTestDatabase, type TestDatabase } from "../../lib/db/test-database.ts";
import type { NodeLive, StorageLive } from "../../lib/domain/live.ts";
import { parseEnv } from "../../lib/env.ts";
import { subscribe } from "../../lib/live/bus.ts";
import { hubLive, startHub, stopHub } from "../../lib/live/hub.ts";
import { loadMasterKey } from "../../lib/secrets/master.ts";
import { sealSecret } from "../../lib/secrets/store.ts";
import { closeConnections } from "../../lib/ssh/pool.ts";
import { requireDriver } from "../../lib/storage/registry.ts";
import { nodesDown, nodesWith } from "../support/nodes.ts";

const SCENE = "followed";
export const CLUSTER = "cl_livetest";
export const NODE = "nd_livetest";
export const MARKER = '{"panel":"pa_livetest","storage":"st_files"}';

/** `files` is the main storage, on disk4; `one` a VG on disk1; `two` a VG over disk2 and disk3. disk5 is free. */
export const STORAGES = { files: "st_files", one: "st_one", two: "st_two" } as const;

async function laidOutNode(): Promise<LabNode> {
  const lab = await nodesWith(SCENE, async (node) => {
    await makeMountedFs(node, "disk4", "/vm");
    await makeVolumeGroup(node, "lvm0", ["disk1"], { metadataSize: "16m" });
    await makeVolumeGroup(node, "lvm1", ["disk2", "disk3"], { metadataSize: "16m" });
    await node.sh(`mkdir -p /image /share; echo '${MARKER}' >/vm/.spindle`);
  });
  return lab.nodes[0]!;
}

/** Identity of a VG as a join pins it. */
export async function vgIdentity(node: LabNode, name: string): Promise<Record<string, string>> {
  const vgUuid = (await node.sh(["vgs", "--noheadings", "-o", "vg_uuid", name])).trim();
  const pvs = await node.sh(["pvs", "--noheadings", "-o", "pv_uuid", "-S", `vg_name=${name}`]);
  return { vgUuid, pvUuids: pvs.trim().split(/\s+/).join(","), imageFs: "", shareFs: "" };
}

async function seed(node: LabNode): Promise<void> {
  const vmFs = (await node.sh("findmnt -n -o UUID -T /vm")).trim();
  const keySecret = await sealSecret({ purpose: "node-key", value: await readFile(keyFile(node.instance), "utf8") });
  await db()
    .insert(clusters)
    .values({ id: CLUSTER, name: "alpha", virtualization: "kvm", imageDir: "/image", shareDir: "/share" });
  await db()
    .insert(storages)
    .values([
      { id: STORAGES.files, clusterId: CLUSTER, name: "files", kind: "file", config: { vmDir: "/vm" }, isMain: true },
      { id: STORAGES.one, clusterId: CLUSTER, name: "one", kind: "lvm", config: { vgName: "lvm0" } },
      { id: STORAGES.two, clusterId: CLUSTER, name: "two", kind: "lvm", config: { vgName: "lvm1" } },
    ]);
  await db()
    .insert(nodes)
    .values({ ...(await nodeRow(node, NODE, 22)), keySecret });
  await db()
    .insert(nodeStorages)
    .values([
      { nodeId: NODE, storageId: STORAGES.files, identity: { marker: MARKER, vmFs, imageFs: "", shareFs: "" } },
      { nodeId: NODE, storageId: STORAGES.one, identity: await vgIdentity(node, "lvm0") },
      { nodeId: NODE, storageId: STORAGES.two, identity: await vgIdentity(node, "lvm1") },
    ]);
}

/** The row of a member reached at a port of a lab node. */
export async function nodeRow(node: LabNode, id: string, port: number) {
  const { address } = node;
  const fingerprint = await node.hostKeyFingerprint();
  const place = { address, port, user: "root", fingerprint, machineId: id, membership: "member" as const };
  return { id, clusterId: CLUSTER, name: id, ...place };
}

export interface Followed {
  node: LabNode;
  database: TestDatabase;
  /** Every distinct state the hub has published, in order: `active files=ok one=ok? …`. */
  history: string[];
  /** Where the probe keeps what it needs on the node. */
  runDir: string;
  end(): Promise<void>;
}

export const follow = () => startHub((kind) => requireDriver(kind as "file"));

/** A real node, its rows in a real database, and the hub on them. */
export async function followedNode(): Promise<Followed> {
  const folder = await mkdtemp(join(tmpdir(), "spindle-live-"));
  await chmod(folder, 0o711);
  const holder = globalThis as unknown as Record<symbol, unknown>;
  holder[Symbol.for("spindle.env")] = parseEnv({ SPINDLE_DATA: folder, SPINDLE_LOG: "warn" }, []);
  const database = await startTestDatabase();
  await loadMasterKey();
  const node = await laidOutNode();
  await seed(node);
  const history: string[] = [];
  const stopHearing = subscribe(({ event }) => {
    const own = event.type === "nodes" ? event.nodes.find((each) => each.nodeId === NODE) : undefined;
    const line = own && inWords(own);
    if (line && line !== history.at(-1)) history.push(line);
  });
  await follow();
  const end = async () => {
    stopHearing();
    await stopHub();
    await closeConnections();
    await database.stop();
    await rm(folder, { recursive: true });
    await nodesDown();
  };
  const [owner] = await db().select({ id: panel.id }).from(panel);
  return { node, database, history, runDir: `/run/spindle-${owner?.id}`, end };
}

const NAMES = new Map<string, string>(Object.entries(STORAGES).map(([name, id]) => [id, name]));

function inWords(live: NodeLive): string {
  const word = ({ storageId, status, suspect }: StorageLive) =>
    `${NAMES.get(storageId) ?? storageId}=${status}${suspect ? "?" : ""}`;
  return [live.health, ...live.storages.map(word)].join(" ");
}

export function liveOf(nodeId: string = NODE): NodeLive {
  const live = hubLive()?.find((each) => each.nodeId === nodeId);
  if (!live) throw new Error(`${nodeId} is not followed`);
  return live;
}

export function storageOf(storageId: string, nodeId: string = NODE): StorageLive {
  const live = liveOf(nodeId).storages.find((each) => each.storageId === storageId);
  if (!live) throw new Error(`${storageId} is not on ${nodeId}`);
  return live;
}

/** Waits for a state; fails with what is there instead. Answers with the milliseconds it took. */
export async function until(what: string, holds: () => boolean, seconds = 120): Promise<number> {
  const begun = performance.now();
  while (!holds()) {
    if (performance.now() - begun > seconds * 1000) {
      const state = JSON.stringify(
        hubLive()?.map((live) => [inWords(live), live.reason, live.storages.map((s) => s.cause?.reason)]),
      );
      throw new Error(`after ${seconds} s: not ${what}, but ${state}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return Math.round(performance.now() - begun);
}

export const isWell = (nodeId: string = NODE) => {
  const live = liveOf(nodeId);
  return live.health === "active" && live.storages.every((each) => each.status === "ok" && !each.suspect);
};
