import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { audit, drives, tasks } from "../../db/schema/index.ts";
import type { DriveRequest } from "../../domain/drive-request.ts";
import { HOSTILE_STRINGS } from "../../domain/hostile-strings.ts";
import { editStorage } from "../storages/edit.ts";
import { cancelTask } from "../tasks/cancel-task.ts";
import { confirmDrives, previewDrives, protectDrives } from "./request.ts";
import { sweepDrives } from "./settle.ts";
import { ctx } from "../test-panel.ts";
import { confirm, create, GIB, ready, seen, driveCluster, type Situation } from "./test-scene.ts";

driveCluster();

describe("a request", () => {
  it("sent twice makes its drives once @P04", async () => {
    const request = create();
    const { digest } = await previewDrives(ctx, request, seen());
    const send = () => confirmDrives(ctx, { request, digest: digest ?? "", typed: "" }, seen());
    const [first, second] = await Promise.all([send(), send()]);
    expect(second).toEqual(first);
    expect(await db().select().from(drives)).toHaveLength(1);
    expect(await db().select().from(tasks)).toHaveLength(1);
  });

  it("runs only what was shown", async () => {
    const request = create();
    const wrong = confirmDrives(ctx, { request, digest: "0".repeat(64), typed: "" }, seen());
    await expect(wrong).rejects.toMatchObject({ view: { code: "stale" } });
  });

  it("refuses a label that is taken in the cluster, in any case, or stands twice", async () => {
    await ready({ labels: ["Web"] });
    const view = await previewDrives(ctx, create({ labels: ["web", "db", "DB"] }), seen());
    expect(view.problems["labels.0"]?.key).toBe("drive.rule.label-taken");
    expect(view.problems["labels.2"]?.key).toBe("drive.rule.label-twice");
  });

  it.each(HOSTILE_STRINGS.map((value) => [value]))(
    "a label %j is refused with the reason, or is harmless",
    async (value) => {
      const parsed = await previewDrives(ctx, create({ labels: [value] }), seen()).catch((error: Error) => error);
      if (parsed instanceof Error) expect(parsed.name).toBe("ZodError");
      else expect(parsed.problems["labels.0"]?.key).toBe("drive.field.label");
    },
  );

  it("cancelled before it began leaves nothing @B02", async () => {
    const { taskId } = await confirm(create());
    await cancelTask(ctx, { taskId });
    await sweepDrives();
    expect(await db().select().from(drives)).toEqual([]);
  });

  it("a second one about the same drive is refused while the first runs @P04", async () => {
    const row = await ready();
    await confirm({ verb: "grow", ids: [row.id], size: 2 * GIB });
    const view = await previewDrives(ctx, { verb: "rename", ids: [row.id], label: "other" }, seen());
    expect(view.blockers[0]?.key).toBe("drive.state-obstacle.growing");
  });
});

describe("changes @P04", () => {
  it("drives grow and never shrink; what they grow by is reserved at once", async () => {
    const row = await ready({ nodeId: "nd_1", size: 2 * GIB });
    const shrink = await previewDrives(ctx, { verb: "grow", ids: [row.id], size: GIB }, seen());
    expect(shrink.problems.size?.key).toBe("drive.rule.shrink");
    const much = await previewDrives(ctx, { verb: "grow", ids: [row.id], size: 40 * GIB }, seen());
    expect(much.blockers[0]?.key).toBe("drive.no-space");
    const { taskId } = await confirm({ verb: "grow", ids: [row.id], size: 4 * GIB });
    expect((await db().select().from(drives))[0]).toMatchObject({ state: "growing", size: 4 * GIB });
    await cancelTask(ctx, { taskId });
    await sweepDrives();
    expect((await db().select().from(drives))[0]).toMatchObject({ state: "ready", size: 2 * GIB, taskId: null });
  });

  it("deletion is refused while protected, in use, or not confirmed by name", async () => {
    const row = await ready();
    const request: DriveRequest = { verb: "delete", ids: [row.id] };
    await protectDrives(ctx, { ids: [row.id], isProtected: true });
    expect((await previewDrives(ctx, request, seen())).blockers[0]?.key).toBe("drive.obstacle.protected");
    await protectDrives(ctx, { ids: [row.id], isProtected: false });
    const open = { nodeId: "nd_2", storageId: "st_lvm", drive: row.id, name: row.id, isOpen: true };
    const inUse = await previewDrives(ctx, request, seen({ volumes: [open] }));
    expect(inUse.blockers[0]?.key).toBe("drive.obstacle.in-use");
    await expect(confirm(request, seen(), "wrong")).rejects.toMatchObject({
      view: { fields: { typed: expect.anything() } },
    });
    await confirm(request, seen(), row.label);
    expect((await db().select().from(drives))[0]?.state).toBe("deleting");
  });

  it("a deletion wipes where its storage is set so, and goes on with one that was begun @S17", async () => {
    const row = await ready({ nodeId: "nd_1" });
    const stepsOf = async (volumes: Situation["volumes"] = []) => {
      const { plan } = await previewDrives(ctx, { verb: "delete", ids: [row.id] }, seen({ volumes }));
      return plan?.steps.flatMap(({ kind, id }) => (kind === "node" ? id.replace(`${row.id}.`, "") : []));
    };
    const aside = { nodeId: "nd_1", storageId: "st_lvm", drive: row.id, name: `${row.id}.wiping`, isWiping: true };
    expect(await stepsOf()).toEqual(["remove"]);
    expect(await stepsOf([aside])).toEqual(["aside", "wipe", "remove"]);
    const set = (wipe: boolean) => editStorage(ctx, { storageId: "st_lvm", name: "fast", settings: { wipe } });
    await set(true);
    const wiping = await stepsOf();
    await set(false);
    expect([wiping, await stepsOf()]).toEqual([["aside", "wipe", "remove"], ["remove"]]);
  });

  it("many at once are one plan, with a lane for each node", async () => {
    const rows = [await ready({ nodeId: "nd_1" }), await ready({ nodeId: "nd_2" }), await ready({ nodeId: "nd_2" })];
    const view = await previewDrives(ctx, { verb: "delete", ids: rows.map((row) => row.id) }, seen());
    expect(view.plan?.targets.map(({ key }) => key)).toEqual(["nd_1", "nd_2"]);
    expect(view.confirmName).toBe("alpha");
    expect(view.plan?.locks.toSorted()).toEqual(rows.map((row) => `drive:${row.id}`).toSorted());
  });

  it("what is changed is in the audit log", async () => {
    const row = await ready();
    await protectDrives(ctx, { ids: [row.id], isProtected: true });
    const rows = await db().select().from(audit).where(eq(audit.entityId, row.id));
    expect(rows.map(({ action }) => action)).toContain("drive.protect");
  });
});
