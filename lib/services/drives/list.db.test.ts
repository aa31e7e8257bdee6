import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { drives } from "../../db/schema/index.ts";
import { DRIVE_MOST } from "../../domain/drive-list.ts";
import { listDrives } from "./list.ts";
import { ctx } from "../test-panel.ts";
import { GIB, seen, driveCluster } from "./test-scene.ts";
import type { Measured } from "./world.ts";

driveCluster();

describe("the list of drives", () => {
  const drive = (number: number, more: Partial<typeof drives.$inferInsert> = {}) => ({
    ...{ id: `dr_${number}`, clusterId: "cl_1", storageId: "st_lvm", nodeId: "nd_1", label: `web-${number}` },
    ...{ format: "raw" as const, size: (20 - number) * GIB, state: "ready" as const },
    ...more,
  });

  /** Ids of the first drives, and how many there are. */
  const listed = async (query: string) => {
    const { drives: found, fits, total } = await listDrives(ctx, Object.fromEntries(new URLSearchParams(query)));
    return { ids: found.map(({ id }) => Number(id.slice(3))), fits, total };
  };

  it("comes in parts, in natural order, filtered and sorted whole before it is cut", async () => {
    const rows = Array.from({ length: 12 }, (_, index) => drive(index + 1));
    rows[1] = drive(2, { storageId: "st_file", nodeId: "nd_2", format: "qcow2" });
    rows[2] = drive(3, { state: "failed" });
    await db().insert(drives).values(rows);
    expect(await listed("limit=3")).toEqual({ ids: [1, 2, 3], fits: 12, total: 12 });
    expect((await listed("limit=3&down=1")).ids).toEqual([12, 11, 10]);
    expect((await listed("sort=size&limit=2")).ids).toEqual([12, 11]);
    expect((await listed("sort=storage&limit=2")).ids).toEqual([1, 3]);
    expect((await listed("sort=node&down=1&limit=2")).ids).toEqual([2, 12]);
    expect((await listed("sort=state&limit=1")).ids).toEqual([3]);
    expect(await listed("q=WEB-1")).toEqual({ ids: [1, 10, 11, 12], fits: 4, total: 12 });
    expect(await listed("storage=st_file")).toEqual({ ids: [2], fits: 1, total: 12 });
    expect(await listed("state=failed")).toEqual({ ids: [3], fits: 1, total: 12 });
    expect(await listed("ids=dr_5,dr_7,dr_nobody")).toEqual({ ids: [5, 7], fits: 2, total: 12 });
    expect((await listDrives(ctx, { storage: "st_file" })).nodes).toEqual({ nd_2: "nd_2" });
    await expect(listDrives(ctx, { limit: "100000" })).rejects.toThrow();
    // Of what nobody typed, nothing is found.
    expect(await listed("q=%00")).toEqual({ ids: [], fits: 0, total: 12 });
  });
});

describe("ten thousand drives on one storage @S01 @B03", () => {
  const COUNT = 10_000;
  const NONE = 100;
  const idOf = (number: number) => `dr_${String(number).padStart(16, "0")}`;
  const place = { nodeId: "nd_1", storageId: "st_file" };
  // The first hundred have no volume; as many volumes are somebody else's, or of drives that are not known.
  const ours = Array.from({ length: COUNT - NONE }, (_, index) => {
    const drive = idOf(NONE + index + 1);
    return { ...place, name: `${drive}.qcow2`, drive, used: index };
  });
  const others = Array.from({ length: NONE }, (_, index) => ({
    ...place,
    ...(index % 2
      ? { name: `other ${index}` }
      : { name: `${idOf(COUNT + index)}.qcow2`, drive: idOf(COUNT + index + 1) }),
  }));

  it("are each told with its own volume; those without one, and volumes without a drive, are told apart", async () => {
    const rows = Array.from({ length: COUNT }, (_, index) => ({
      ...{ ...place, clusterId: "cl_1", id: idOf(index + 1), label: `many ${index + 1}` },
      ...{ format: "qcow2" as const, size: GIB, state: "ready" as const },
    }));
    for (let from = 0; from < COUNT; from += 1_000)
      await db()
        .insert(drives)
        .values(rows.slice(from, from + 1_000));
    const look = seen({ volumes: [...others, ...ours] });
    const part = (query: string) => listDrives(ctx, Object.fromEntries(new URLSearchParams(query)), look);

    const missing = await part(`storage=st_file&state=missing&limit=${DRIVE_MOST}&unknown=1`);
    expect(missing.drives.map(({ id, measured }) => [id, measured])).toEqual(
      rows.slice(0, NONE).map(({ id }) => [id, null]),
    );
    expect(missing.unknown.map(({ name }) => name)).toEqual(others.map(({ name }) => name));
    expect(missing.nodes).toEqual({ nd_1: "nd_1" });

    const fullest = await part(`sort=used&down=1&limit=${DRIVE_MOST}`);
    expect(fullest.drives.map(({ id, measured }) => [id, measured?.used])).toEqual(
      ours
        .toReversed()
        .slice(0, DRIVE_MOST)
        .map(({ drive, used }) => [drive, used]),
    );
    expect(await part("storage=st_file")).toMatchObject({ fits: COUNT, total: COUNT, unknown: [] });
    // What was worked out for one look counts until the next one, or until rows change, and no longer.
    const { volumes } = await look();
    const [moment, next] = [
      { live: [], details: {}, volumes },
      { live: [], details: {}, volumes: volumes.map((one) => ({ ...one, volumes: [] })) },
    ];
    const missingAt = async (at: Measured) => (await listDrives(ctx, { state: "missing" }, async () => at)).fits;
    expect([await missingAt(moment), await missingAt(moment), await missingAt(next)]).toEqual([NONE, NONE, COUNT]);
    await db()
      .update(drives)
      .set({ state: "failed" })
      .where(eq(drives.id, idOf(1)));
    expect([await missingAt(moment), await missingAt(next)]).toEqual([NONE - 1, COUNT - 1]);
    // Whoever names drives means each of them.
    const named = ours.slice(0, 300).map(({ drive }) => drive);
    expect((await part(`ids=${named}`)).drives.map(({ id }) => id)).toEqual(named);
  });
});
