import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { drives, nodes } from "../../db/schema/index.ts";
import { confirmDrives, previewDrives } from "./request.ts";
import { ctx } from "../test-panel.ts";
import { confirm, create, GIB, MIB, ready, seen, driveCluster, FREE, type Situation } from "./test-scene.ts";

driveCluster();

describe("formats by storage @S04", () => {
  it.each([
    ["st_lvm", "qcow2", "raw"],
    ["st_file", "raw", "qcow2"],
  ] as const)("%s refuses %s and says that %s is allowed", async (storageId, format, allowed) => {
    const view = await previewDrives(ctx, create({ storageId, format }), seen());
    expect(view.plan).toBeNull();
    expect(view.problems.format).toMatchObject({ key: "drive.rule.format", values: { allowed } });
    const forced = confirmDrives(
      ctx,
      { request: create({ storageId, format }), digest: "0".repeat(64), typed: "" },
      seen(),
    );
    await expect(forced).rejects.toMatchObject({ view: { message: { key: "drive.rule.format" } } });
    expect(await db().select().from(drives)).toEqual([]);
  });
});

describe("placement @P06", () => {
  it("takes the node with most room, for each drive anew", async () => {
    const { plan } = await previewDrives(ctx, create({ size: 8 * GIB, labels: ["a", "b", "c"] }), seen());
    const nodesOf = plan?.steps.flatMap((step) =>
      step.kind === "node" && step.id.endsWith(".create") ? step.target : [],
    );
    expect(nodesOf).toEqual(["nd_2", "nd_2", "nd_1"]);
  });

  it("stays where it was shown when another node has more room by then, and not where there is none", async () => {
    const before = FREE.nd_2 ?? 0;
    const meanwhile = (free: number) => {
      let calls = 0;
      return async () => {
        calls += 1;
        if (calls === 3) FREE.nd_2 = free;
        return seen()();
      };
    };
    try {
      await confirm(create({ size: 2 * GIB }), meanwhile(5 * GIB));
      const [row] = await db().select().from(drives);
      expect(row?.nodeId).toBe("nd_2");
      FREE.nd_2 = before;
      const full = confirm(create({ size: 2 * GIB, labels: ["other"] }), meanwhile(3 * GIB));
      await expect(full).rejects.toMatchObject({ view: { code: "stale" } });
    } finally {
      FREE.nd_2 = before;
    }
  });

  it("two at once never promise the same space", async () => {
    const requests = [create({ nodeId: "nd_1", size: 6 * GIB }), create({ nodeId: "nd_1", size: 6 * GIB })];
    const ends = await Promise.allSettled(requests.map((request) => confirm(request)));
    expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const refused = ends.find((end) => end.status === "rejected") as PromiseRejectedResult;
    expect(String(refused.reason)).toContain("drive.no-space");
    expect(await db().select().from(drives)).toHaveLength(1);
  });

  it("counts what is promised and not taken yet, and what is taken only once", async () => {
    const row = await ready({ nodeId: "nd_1", size: 6 * GIB });
    const wanted = create({ nodeId: "nd_1", size: 6 * GIB });
    expect((await previewDrives(ctx, wanted, seen())).blockers[0]?.key).toBe("drive.no-space");
    const there = { nodeId: "nd_1", storageId: "st_lvm", drive: row.id, name: row.id, size: row.size, used: row.size };
    expect((await previewDrives(ctx, wanted, seen({ volumes: [there] }))).blockers).toEqual([]);
  });

  it("rounds to extents, and says so", async () => {
    const { plan } = await previewDrives(ctx, create({ size: GIB + 1 }), seen());
    expect(plan?.notes.map(({ key }) => key)).toContain("drive.note.rounded");
    const step = plan?.steps.find((one) => one.kind === "node");
    expect(step?.kind === "node" && step.command.argv).toContain(`${GIB + 4 * MIB}b`);
  });

  it.each([
    ["corrupted", { health: { nd_1: "corrupted" } }, "drive.place.corrupted"],
    ["unreachable", { health: { nd_1: "unreachable" } }, "drive.place.unreachable"],
    ["unknown", { health: { nd_1: "unknown" } }, "drive.place.unknown"],
    ["on a lost storage", { storage: { status: "lost" } }, "drive.place.lost"],
    ["on a read-only storage", { storage: { status: "degraded", readOnly: true } }, "drive.place.read-only"],
    ["on a full storage", { storage: { status: "degraded", full: true } }, "drive.place.full"],
    [
      "on a partial group",
      { details: { vg: { extentSize: 1, freeExtents: 1 }, pvs: [{ uuid: "PV", isMissing: true }] } },
      "lvm.drive.partial",
    ],
  ] as [string, Situation, string][])("a node that is %s takes no new drive", async (_name, situation, key) => {
    const view = await previewDrives(ctx, create({ nodeId: "nd_1", size: MIB }), seen(situation));
    expect([view.plan, view.blockers[0]?.key]).toEqual([null, key]);
  });

  it("a node in maintenance takes no new drive", async () => {
    await db().update(nodes).set({ mode: "maintenance" }).where(eq(nodes.id, "nd_1"));
    const view = await previewDrives(ctx, create({ nodeId: "nd_1" }), seen());
    await db().update(nodes).set({ mode: "in-service" });
    expect(view.blockers[0]?.key).toBe("drive.place.maintenance");
  });
});
