import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db, inTransaction } from "../../db/client.ts";
import { audit, clusters, nodeStorages, panel, taskLocks, tasks } from "../../db/schema/index.ts";
import { type StorageSeed, seedCluster, seedStorages } from "../../db/test-cluster.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import type { PartsRequest } from "../../domain/parts-request.ts";
import type { PanelStep } from "../../domain/plan.ts";
import { panelStepWork } from "../../plans/panel-steps.ts";
import { text } from "../../domain/text.ts";
import { ctx } from "../test-panel.ts";
import { changeParts, changePartsSchema, lookAtParts, registerPartsStep } from "./parts.ts";
import type { PinInput } from "./plan-parts.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  await db().insert(panel).values({ id: "pa_1", epoch: 1 });
  registerPartsStep();
});
afterAll(() => database.stop());

beforeEach(async () => {
  const identity = () => ({ vgUuid: "VG", pvUuids: "PV1,PV2", imageFs: "", shareFs: "" });
  await seedCluster({
    storages: [
      { id: "st_file", name: "ssd", kind: "file", isMain: true },
      { id: "st_lvm", name: "fast", kind: "lvm", identity },
    ],
    nodes: [{ id: "nd_1" }, { id: "nd_2", hasStorages: false }],
  });
  await seedCluster({ id: "cl_2", name: "beta", nodes: [{ id: "nd_9" }] });
});
afterEach(async () => {
  await db().delete(taskLocks);
  await db().delete(tasks);
  await db().delete(clusters);
});

const GIB = 1024 ** 3;
const DISK = "/dev/disk/by-id/wwn-0x5000c500a1b2c3d4";

/** What a node with two PVs and an unused disk would answer. */
const seen =
  (change: { used?: number; serial?: string } = {}) =>
  async () => ({
    group: {
      ...{ name: "lvm0", uuid: "VG", size: 2 * GIB, free: GIB, extentSize: 4 * 1024 ** 2, lvCount: 1, missingPvs: 0 },
      ...{
        attributes: "wz--n-",
        systemId: "",
        lockType: "",
        tags: [],
        metadataSize: null,
        metadataFree: null,
        pvs: [],
      },
    },
    pvs: [
      { uuid: "PV1", device: "/dev/sda", size: GIB, used: change.used ?? GIB / 2, isMissing: false },
      { uuid: "PV2", device: "/dev/sdb", size: GIB, used: 0, isMissing: false },
    ],
    ...{ isMoving: false, systemId: "" },
    disks: [
      {
        name: "sdc",
        link: DISK,
        size: GIB,
        serial: change.serial ?? "s",
        wwn: "0x5000c500a1b2c3d4",
        model: "",
        used: [],
      },
    ],
  });

const place = { storageId: "st_lvm", nodeId: "nd_1" };
const add: PartsRequest = { verb: "add", disks: [DISK] };
const empty: PartsRequest = { verb: "empty", part: "PV1", andRemove: true };

async function confirm(request: PartsRequest, shown = seen(), now = shown) {
  const { planned } = await lookAtParts(ctx, { ...place, request }, shown);
  if (!planned?.digest) throw new Error(JSON.stringify(planned));
  return changeParts(ctx, { ...place, request, digest: planned.digest, typed: "" }, now);
}

const refusal = (code: string, key: string) => ({ view: { code, message: { key } } });

describe("the disks of a storage on a node @P15", () => {
  it("are shown with what is on each, and the plan of what is asked for", async () => {
    const { disks, parts, planned } = await lookAtParts(ctx, { ...place, request: add }, seen());
    expect(disks.map(({ link, uses }) => [link, uses])).toEqual([[DISK, []]]);
    expect(parts.map(({ id, free }) => [id, free])).toEqual([
      ["PV1", GIB / 2],
      ["PV2", GIB],
    ]);
    expect(planned?.plan?.steps.map(({ id }) => id)).toEqual(["nd_1.pv-1", "nd_1.extend", "pin"]);
    expect((await lookAtParts(ctx, { ...place, request: null }, seen())).planned).toBeNull();
  });

  it.each([
    [{ storageId: "st_none", nodeId: "nd_1" }, "not-found", "parts.gone"],
    [{ storageId: "st_lvm", nodeId: "nd_9" }, "not-found", "parts.gone"],
    [{ storageId: "st_lvm", nodeId: "nd_2" }, "not-supported", "parts.obstacle.not-joined"],
    [{ storageId: "st_file", nodeId: "nd_1" }, "not-supported", "parts.obstacle.no-parts"],
  ])("%j is refused, and no node is asked", async (where, code, key) => {
    const never = () => Promise.reject(new Error("it was asked"));
    const input = { ...where, request: add };
    await expect(lookAtParts(ctx, input, never)).rejects.toMatchObject(refusal(code, key));
    const change = changeParts(ctx, { ...input, digest: "0".repeat(64), typed: "" }, never);
    await expect(change).rejects.toMatchObject(refusal(code, key));
  });

  it.each([
    { verb: "empty", part: "PV", andRemove: false },
    { verb: "remove", part: "PV" },
  ] as const)("whose driver can't do %j refuse it with its reason, and no node is asked", async (request) => {
    await seedStorages("cl_1", [{ id: "st_net", name: "san", kind: "network-lvm" }], ["nd_1"]);
    const never = () => Promise.reject(new Error("it was asked"));
    const input = { storageId: "st_net", nodeId: "nd_1", request };
    const refused = {
      view: { ...refusal("not-supported", "parts.obstacle.no-verb").view, hint: { key: "network-lvm.parts.no-move" } },
    };
    await expect(lookAtParts(ctx, input, never)).rejects.toMatchObject(refused);
    const change = changeParts(ctx, { ...input, digest: "0".repeat(64), typed: "" }, never);
    await expect(change).rejects.toMatchObject(refused);
  });

  it("are changed as it was shown, or not at all", async () => {
    await expect(confirm(empty, seen(), seen({ used: GIB / 4 }))).rejects.toMatchObject({ view: { code: "stale" } });
    await expect(confirm(add, seen(), seen({ serial: "another" }))).rejects.toMatchObject({ view: { code: "stale" } });
    expect(await db().select().from(tasks)).toEqual([]);
    expect((await confirm(add)).taskId).toMatch(/^tk_/);
  });

  it("two changes of one group at once: the second is told", async () => {
    const ends = await Promise.allSettled([confirm(add), confirm(empty)]);
    const refused = ends.find((end) => end.status === "rejected") as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({ view: { code: "busy" } });
    expect(await db().select().from(tasks)).toHaveLength(1);
  });

  it("are pinned by the last step, with an audit row", async () => {
    const { taskId } = await confirm(empty);
    const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
    const pin = task?.plan.steps.find(({ id }) => id === "pin") as PanelStep;
    await inTransaction((tx) =>
      panelStepWork(pin)(tx, { taskId, requestId: "rq", actor: { id: "anna", name: "Anna" } }),
    );
    const [pinned] = await db().select().from(nodeStorages).where(eq(nodeStorages.storageId, "st_lvm"));
    expect(pinned?.identity).toMatchObject({ vgUuid: "VG", pvUuids: "PV2" });
    const rows = await db().select().from(audit).where(eq(audit.action, "parts.empty"));
    expect(rows[0]).toMatchObject({ entityId: "st_lvm", detail: { what: ["PV1"], nodeId: "nd_1" } });
  });
});

it("what all nodes see is pinned on each of them, and what differs between them stays @P15", async () => {
  const pinned = (imageFs: string) => ({ vgUuid: "VG", pvUuids: "P", imageFs, shareFs: "", wwid: "3a", target: "iqn" });
  const san: StorageSeed = { id: "st_net", name: "san", kind: "network-lvm", identity: pinned };
  await seedStorages("cl_1", [san], ["nd_1", "nd_2"]);
  const input: PinInput = {
    ...{
      storageId: "st_net",
      nodeId: "nd_1",
      clusterId: "cl_1",
      verb: "add",
      what: ["/dev/b"],
      storage: "san",
      node: "n",
    },
    ...{ identity: { pvUuids: "P,Q", wwid: "3a,3b" }, nodeIds: ["nd_1", "nd_2"] },
  };
  const title = text("task.meet");
  const step: PanelStep = {
    ...{ kind: "panel", id: "pin", title, action: "parts.pin", undo: { none: title } },
    input: input as unknown as Record<string, unknown>,
  };
  const context = { taskId: "tk_1", requestId: "rq", actor: { id: "anna", name: "Anna" } };
  await inTransaction((tx) => panelStepWork(step)(tx, context));
  const rows = await db().select().from(nodeStorages).where(eq(nodeStorages.storageId, "st_net"));
  const identities = rows.toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1)).map(({ identity }) => identity);
  expect(identities).toEqual(["nd_1", "nd_2"].map((id) => ({ ...pinned(id), pvUuids: "P,Q", wwid: "3a,3b" })));
});

describe("what a browser may ask for", () => {
  it.each([
    [{ verb: "add", disks: [] }],
    [{ verb: "add", disks: Array.from({ length: 17 }, (_, n) => String(n)) }],
    [{ verb: "wipe", part: "PV1" }],
    [{ verb: "remove", part: "PV1", force: true }],
  ])("%j is no request", (request) => {
    const parsed = changePartsSchema.safeParse({ ...place, request, digest: "0".repeat(64), typed: "" });
    expect(parsed.success).toBe(false);
  });
});
