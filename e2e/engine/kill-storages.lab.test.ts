import { beforeAll, describe, expect, it } from "vitest";
import { databaseOfTests, killLoop, LOOP_MS, MAKE_MS } from "./kill-test.ts";
import { pvsOf } from "./member-subject.ts";
import { NEW_GROUP, type StorageSubjects, storageSubjects } from "./storage-subject.ts";

const database = databaseOfTests();

describe("storages that come, grow and leave, and a cluster that is deleted @B02 @P14", () => {
  let made: StorageSubjects;
  const { ends, endsTheSame } = killLoop(() => made.subjects);

  beforeAll(async () => {
    made = await storageSubjects(database());
  }, MAKE_MS);

  it("undisturbed, a group is made on a bare disk; where the storage's name is taken, the disk is bare again @B04 @P10", async () => {
    const { outcome, rows, ...seen } = await ends("added");
    expect(outcome).toEqual(["done", 0]);
    expect(pvsOf(seen, NEW_GROUP)).toHaveLength(1);
    const added = rows.storages.find(({ config }) => config.vgName === NEW_GROUP);
    expect(seen.trace.filter((line) => line.includes(`spindle.storage=${added?.id}`))).toHaveLength(1);
    const pinned = rows.pinned.find(({ storageId }) => storageId === added?.id);
    expect(pinned?.identity.vgUuid).toBe(NEW_GROUP);
    expect(rows.drafts).toEqual([]);

    const taken = await ends("taken");
    expect(taken.outcome).toEqual(["undone", 0]);
    expect([taken.trace, taken.volumes]).toEqual([made.before.trace, made.before.volumes]);
    expect(taken.rows.pinned).toEqual(made.before.rows.pinned);
  });

  it("undisturbed, another disk is in the group; where the storage has left the node meanwhile, it is bare again @P15 @P10", async () => {
    const { outcome, rows, ...seen } = await ends("extended");
    expect(outcome).toEqual(["done", 0]);
    expect(pvsOf(seen, "lvm0")).toHaveLength(pvsOf(made.before, "lvm0").length + 1);
    const pinned = rows.pinned.find(({ storageId }) => storageId === made.member.storageId("lvm"));
    const uuids = pvsOf(seen, "lvm0").map((line) => line.split(/\s+/)[1]);
    expect(pinned?.identity.pvUuids?.split(",").toSorted()).toEqual(uuids.toSorted());

    const left = await ends("left");
    expect(left.outcome).toEqual(["undone", 0]);
    expect([left.trace, left.volumes]).toEqual([made.before.trace, made.before.volumes]);
  });

  it("undisturbed, a storage that is removed leaves its group without a mark", async () => {
    const { outcome, rows, ...seen } = await ends("removed");
    const lvm = made.member.storageId("lvm");
    expect(outcome).toEqual(["done", 0]);
    expect(rows.storages.map(({ id }) => id)).toEqual([made.member.storageId("file")]);
    expect(seen.trace.filter((line) => line.includes(lvm))).toEqual([]);
    expect(seen.volumes).toEqual(made.before.volumes);
  });

  it("undisturbed, a cluster that is deleted leaves nothing of ours on its node and no row, and the group as it is", async () => {
    const { outcome, rows, ...seen } = await ends("deleted");
    expect(outcome).toEqual(["done", 0]);
    for (const [table, left] of Object.entries(rows)) expect(left, table).toEqual([]);
    expect(seen.trace.filter((line) => /spindle/.test(line))).toEqual([]);
    expect(seen.volumes).toEqual(made.before.volumes);
  });

  it(
    "end the same with panel or database killed before, in and after each step, forth and back",
    () => endsTheSame(),
    LOOP_MS,
  );
});
