import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { drives, tasks } from "../../db/schema/index.ts";
import type { DriveRequest } from "../../domain/drive-request.ts";
import { listDrives } from "./list.ts";
import { previewDrives } from "./request.ts";
import { ctx } from "../test-panel.ts";
import { confirm, create, driveCluster, GIB, ready, seen, SHARED_FREE } from "./test-scene.ts";

driveCluster([{ id: "st_net", name: "san", kind: "network-lvm" }]);

const net = { storageId: "st_net", format: "raw" } as const;

async function planOf({ taskId }: { taskId: string }) {
  const [row] = await db().select({ plan: tasks.plan }).from(tasks).where(eq(tasks.id, taskId));
  if (!row) throw new Error("no task");
  return row.plan;
}

/** Steps on nodes as `node what`, and the meetings between them. */
async function stepsOf(task: { taskId: string }): Promise<string[]> {
  const { steps } = await planOf(task);
  return steps.flatMap((step) => {
    if (step.kind === "node") return [`${step.target} ${step.id.split(".")[1]}`];
    return step.action === "plan.meet" ? ["meet"] : [];
  });
}

const on = (nodeId: string, drive: string) => ({ nodeId, storageId: "st_net", name: drive, drive, isActive: true });

describe("drives of a storage that all nodes share", () => {
  it("have no node; one makes them all, and is the only writer of the group", async () => {
    const task = await confirm(create({ ...net, labels: ["a", "b"] }));
    expect((await db().select().from(drives)).map(({ nodeId }) => nodeId)).toEqual([null, null]);
    expect(new Set((await stepsOf(task)).map((step) => step.split(" ")[0]))).toEqual(new Set(["nd_1"]));
    const { locks, holds } = await planOf(task);
    expect(locks).toContain("volume-group:NET");
    expect(holds).toEqual(["volume-group:NET"]);
  });

  it("wait for whoever writes, whatever they ask for", async () => {
    await confirm(create(net));
    await expect(confirm(create({ ...net, nodeId: "nd_2" }))).rejects.toMatchObject({ view: { code: "busy" } });
  });

  it("have one room between all nodes", async () => {
    await ready({ ...net, size: 20 * GIB });
    const { places, blockers } = await previewDrives(ctx, create({ ...net, nodeId: "nd_2", size: 20 * GIB }), seen());
    expect(places.map(({ free }) => free)).toEqual([SHARED_FREE - 20 * GIB, SHARED_FREE - 20 * GIB]);
    expect(blockers[0]?.key).toBe("drive.no-space");
  });

  it("are changed by the node that has them switched on, after the others have shown that they have them not", async () => {
    const { id } = await ready(net);
    const look = seen({ volumes: [on("nd_2", id)] });
    const task = await confirm({ verb: "grow", ids: [id], size: 2 * GIB }, look);
    expect(await stepsOf(task)).toEqual(["nd_1 prove-nd_1", "meet", "nd_2 mark", "nd_2 extend", "nd_2 zero"]);
  });

  it("are switched on at the node that was asked for, and at no other", async () => {
    const { id } = await ready(net);
    const nowhere = await previewDrives(ctx, { verb: "activate", ids: [id], nodeId: "nd_9" }, seen());
    expect(nowhere.blockers.map(({ key }) => key)).toEqual(["drive.rule.no-node"]);
    const task = await confirm({ verb: "activate", ids: [id], nodeId: "nd_2" });
    expect(await stepsOf(task)).toEqual(["nd_1 prove-nd_1", "meet", "nd_2 activate"]);
  });

  it("are deleted once no node maps them", async () => {
    const { id, label } = await ready(net);
    const task = await confirm({ verb: "delete", ids: [id] }, seen(), label);
    expect(await stepsOf(task)).toEqual(["nd_2 drop-nd_2", "meet", "nd_1 remove"]);
  });

  it("of two that are on at different nodes each is changed in its turn", async () => {
    const [one, two] = [await ready(net), await ready(net)];
    const look = seen({ volumes: [on("nd_1", one.id), on("nd_2", two.id)] });
    const task = await confirm({ verb: "deactivate", ids: [one.id, two.id] }, look);
    expect(await stepsOf(task)).toEqual(["nd_1 deactivate", "meet", "nd_2 deactivate"]);
  });

  it.each([
    ["delete", true],
    ["activate", true],
    ["rename", false],
  ] as const)("can't be changed while a node can't be asked, where that matters: %s", async (verb, matters) => {
    const { id } = await ready(net);
    const request = (verb === "rename" ? { verb, ids: [id], label: "other" } : { verb, ids: [id] }) as DriveRequest;
    const { blockers } = await previewDrives(ctx, request, seen({ health: { nd_2: "unreachable" } }));
    expect(blockers.map(({ key }) => key)).toEqual(matters ? ["drive.place.others"] : []);
  });

  it.each([
    ["that answers", {}, ["drive.place.unseen"]],
    ["whose storage is lost", { storage: { status: "lost" } }, ["drive.place.lost"]],
    ["that can't be reached", { health: { nd_2: "unreachable" } }, []],
  ] as const)("are planned for by what was seen since they were changed, of each node %s", async (_what, how, keys) => {
    const { id } = await ready(net);
    const request = { verb: "rename", ids: [id], label: "other" } as const;
    const { blockers } = await previewDrives(ctx, request, seen({ ...how, longAgo: ["nd_2"] }));
    expect(blockers.map(({ key }) => key)).toEqual(keys);
    expect((await previewDrives(ctx, request, seen())).blockers).toEqual([]);
  });

  it("of one node alone are planned for at once", async () => {
    const { id } = await ready();
    const { blockers } = await previewDrives(
      ctx,
      { verb: "rename", ids: [id], label: "other" },
      seen({ longAgo: ["nd_1", "nd_2"] }),
    );
    expect(blockers).toEqual([]);
  });

  it("are listed once, switched on where any node has them, and strangers once as well", async () => {
    const { id } = await ready(net);
    const stranger = { storageId: "st_net", name: "theirs" };
    const look = seen({
      volumes: [
        { ...on("nd_1", id), isActive: false },
        on("nd_2", id),
        { ...stranger, nodeId: "nd_1" },
        { ...stranger, nodeId: "nd_2" },
      ],
    });
    const { drives: listed, unknown } = await listDrives(ctx, { storage: "st_net", unknown: "1" }, look);
    expect(listed).toMatchObject([{ id, nodeId: null, measured: { isActive: true } }]);
    expect(unknown.map(({ name }) => name)).toEqual(["theirs"]);
  });
});
