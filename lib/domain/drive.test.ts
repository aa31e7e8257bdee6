import { describe, expect, it } from "vitest";
import {
  changeObstacle,
  DRIVE_STATES,
  type DriveView,
  driveObstacle,
  driveWord,
  formatProblem,
  newDriveObstacle,
  type Place,
  wordsOf,
} from "./drive.ts";
import { DRIVE_FORMATS, STORAGE_KINDS } from "./storage.ts";

const LVM = { activates: true, growsInUse: true };
const FILE = { activates: false, growsInUse: false };
const volume = {
  ...{
    name: "dr_1",
    drive: "dr_1",
    label: "a",
    size: 1,
    used: 1,
    isActive: false,
    isOpen: false,
    isBlanking: false,
    isWiping: false,
  },
  ageMs: 0,
};
const drive: DriveView = {
  ...{ id: "dr_1", label: "a", clusterId: "c", storageId: "s", nodeId: "n", size: 1, format: "raw" as const },
  ...{ state: "ready" as const, isProtected: false, ownerVmId: null, createdAt: "", taskId: null },
  measured: volume,
  checkedAgeMs: 0,
};

it("each type of storage holds the formats of the seed and no other @S04", () => {
  const allowed = STORAGE_KINDS.flatMap((kind) =>
    DRIVE_FORMATS.flatMap((format) => (formatProblem(kind, format) === null ? [`${kind} ${format}`] : [])),
  );
  expect(allowed).toEqual(["file qcow2", "lvm raw", "ceph raw", "network-lvm raw", "nas qcow2"]);
  expect(formatProblem("file", "raw")?.values).toMatchObject({ allowed: "qcow2" });
});

describe("what can be done with a drive @P04", () => {
  const cases: [Parameters<typeof driveObstacle>[0], Partial<DriveView>, typeof LVM, string | null][] = [
    ["delete", {}, LVM, null],
    ["delete", { isProtected: true }, LVM, "drive.obstacle.protected"],
    ["delete", { ownerVmId: "vm_1" }, LVM, "drive.obstacle.owned"],
    ["delete", { measured: { ...volume, isOpen: true } }, LVM, "drive.obstacle.in-use"],
    ["delete", { state: "creating" }, LVM, "drive.state-obstacle.creating"],
    ["delete", { state: "failed" }, LVM, null],
    ["grow", { state: "failed" }, LVM, null],
    ["rename", { state: "failed" }, LVM, "drive.state-obstacle.failed"],
    ["grow", { state: "failed", measured: { ...volume, isWiping: true } }, LVM, "drive.obstacle.wiping"],
    ["delete", { state: "failed", measured: { ...volume, isWiping: true } }, LVM, null],
    ["grow", { measured: { ...volume, isOpen: true } }, LVM, null],
    ["grow", { measured: { ...volume, isOpen: true } }, FILE, "drive.obstacle.in-use"],
    ["activate", {}, FILE, "drive.obstacle.no-activation"],
    ["activate", { measured: { ...volume, isActive: true } }, LVM, "drive.obstacle.active"],
    ["deactivate", {}, LVM, "drive.obstacle.inactive"],
    ["rename", { taskId: "tk_1" }, LVM, "drive.obstacle.task"],
    ["protect", { taskId: "tk_1" }, LVM, null],
    ["unprotect", {}, LVM, "drive.obstacle.not-protected"],
    // Not measured is no proof of anything: the node proves it in the step.
    ["delete", { measured: null }, LVM, null],
  ];
  it.each(cases)("%s of %j", (verb, change, abilities, key) => {
    expect(driveObstacle(verb, { ...drive, ...change }, abilities)?.key ?? null).toBe(key);
  });
});

describe("where a drive may be made", () => {
  const place: Place = {
    node: { name: "n", membership: "member", mode: "in-service" },
    storage: { name: "s", isEnabled: true },
    health: "active",
    live: { status: "ok", readOnly: false, full: false },
  };
  it.each([
    [{}, null, null],
    [{ health: "corrupted" }, "corrupted", null],
    [{ health: "unreachable" }, "unreachable", "unreachable"],
    [{ health: undefined }, "unknown", "unknown"],
    [{ node: { ...place.node, mode: "maintenance" } }, "maintenance", null],
    [{ node: { ...place.node, membership: "leaving" } }, "not-member", "not-member"],
    [{ storage: { name: "s", isEnabled: false } }, "disabled", null],
    [{ live: { status: "lost", readOnly: false, full: false } }, "lost", "lost"],
    [{ live: { status: "degraded", readOnly: true, full: false } }, "read-only", "read-only"],
    [{ live: { status: "degraded", readOnly: false, full: true } }, "full", null],
  ] as [Partial<Place>, string | null, string | null][])("%j", (change, forNew, forChange) => {
    const key = (text: { key: string } | null) => text?.key.replace("drive.place.", "") ?? null;
    expect(key(newDriveObstacle({ ...place, ...change }))).toBe(forNew);
    expect(key(changeObstacle({ ...place, ...change }))).toBe(forChange);
  });
});

it("a drive is missing only once a look after its last change did not find it @B03", () => {
  expect(driveWord({ ...drive, measured: null })).toBe("missing");
  expect(driveWord({ ...drive, measured: null, checkedAgeMs: null })).toBe("ready");
  expect(driveWord({ ...drive, measured: null, state: "creating" })).toBe("creating");
});

it.each(DRIVE_STATES)("a drive that is %s has only words that it is looked for by", (state) => {
  const words = [drive.measured, null].flatMap((measured) =>
    [0, null].map((checkedAgeMs) => driveWord({ state, measured, checkedAgeMs })),
  );
  expect(new Set(wordsOf(state))).toEqual(new Set(words));
});
