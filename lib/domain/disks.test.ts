import { describe, expect, it } from "vitest";
import { type Disk, type DiskSmart, diskFault, diskFaults } from "./disks.ts";

const WELL: DiskSmart = {
  ...{ health: "passed", reason: null, temperature: 34, powerOnHours: 1, reallocated: 0, pending: 0, wear: 0.99 },
  mediaErrors: 0,
};

const disk = (name: string, smart: Partial<DiskSmart> | null): Disk => ({
  ...{ name, byId: null, model: null, serial: null, size: 1, rotational: null, transport: null, uses: [] },
  smart: smart && { ...WELL, ...smart },
});

describe("a disk's faults @P03", () => {
  it.each<[string, Partial<DiskSmart>, string, boolean]>([
    ["it says that it fails", { health: "failed", pending: 3 }, "live.disk.failing", true],
    ["sectors wait to be replaced", { pending: 1, reallocated: 8 }, "live.disk.pending", false],
    ["data was lost", { mediaErrors: 2, wear: 1.2 }, "live.disk.mediaErrors", false],
    ["sectors were replaced", { reallocated: 1 }, "live.disk.reallocated", false],
    ["its rated life is over", { wear: 1 }, "live.disk.wear", false],
  ])("the gravest is told: %s", (_name, smart, key, isFailing) => {
    expect(diskFault(disk("sda", smart))).toMatchObject({ isFailing, text: { key, values: { disk: "sda" } } });
  });

  it.each<[string, Partial<DiskSmart> | null]>([
    ["that is well", {}],
    ["that nobody asked", null],
    ["that says nothing", { health: "unknown", reallocated: null, pending: null, wear: null, mediaErrors: null }],
  ])("a disk %s has none", (_name, smart) => {
    expect(diskFault(disk("sda", smart))).toBeNull();
  });

  it("disks that fail come before those that have faults; no report is no fault", () => {
    const disks = [disk("sda", { pending: 1 }), disk("sdb", {}), disk("sdc", { health: "failed" })];
    const told = diskFaults({ hasSmartctl: true, disks }).map(({ text }) => text.values?.disk);
    expect(told).toEqual(["sdc", "sda"]);
    expect(diskFaults(null)).toEqual([]);
  });
});
