import { describe, expect, it } from "vitest";
import type { StorageCheck } from "../../../domain/live.ts";
// What the check printed on a real node with each fault in force.
import fixture from "./probe.fixture.json" with { type: "json" };
import { probeFile, readFileCheck } from "./probe.ts";

const config = { vmDir: "/vm" };
const owner = { panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 };
const dirs = { imageDir: "/image", shareDir: "/share" };
const identity = {
  marker: "spindle test",
  vmFs: "3d959181-51c6-4bfa-b924-c16627fd447e",
  imageFs: "821f7486-d7ba-48ac-bc78-67ced692bc61",
  shareFs: "",
};
const read = (raw: { code: number | null; lines: string[]; durationMs: number }, pinned = identity) =>
  readFileCheck(config, dirs, pinned, raw, owner);

describe("a File storage's check (S13, S14)", () => {
  const table: [keyof typeof fixture, StorageCheck["outcome"], string | undefined, Partial<StorageCheck>][] = [
    ["ok", "ok", undefined, {}],
    ["readOnly", "degraded", "live.dir.read-only", { readOnly: true }],
    ["full", "degraded", "live.file.full", { full: true }],
    ["replaced", "failed", "live.dir.other-file-system", {}],
    ["noMarker", "failed", "live.file.no-marker", {}],
    ["otherMarker", "failed", "live.file.other-marker", {}],
    ["imageMissing", "degraded", "live.dir.missing", {}],
  ];
  it.each(table)("%s", (name, outcome, reason, flags) => {
    const check = read(fixture[name]);
    expect(check.outcome).toBe(outcome);
    expect(check.cause?.reason.key).toBe(reason);
    expect({ readOnly: check.readOnly, full: check.full }).toEqual({ readOnly: flags.readOnly, full: flags.full });
  });

  it("shows the command, what it printed and what was expected", () => {
    expect(read(fixture.readOnly).cause).toMatchObject({
      command: expect.stringContaining("dd if=/dev/zero of=/vm/.spindle-probe"),
      output: "dd: failed to open '/vm/.spindle-probe': Read-only file system",
    });
    expect(read(fixture.noMarker).cause).toMatchObject({
      output: "cat: /vm/.spindle: No such file or directory",
      expected: "spindle test",
    });
    expect(read(fixture.replaced).cause?.expected).toBe(identity.vmFs);
  });

  it("counts a partition once, whatever lies on it", () => {
    const { figures, details } = read(fixture.ok);
    expect(figures).toMatchObject({ size: 1011640 * 4096, allocated: null });
    const partitions = details?.partitions as { source: string; directories: string[] }[];
    expect(partitions.map(({ source, directories }) => [source, directories])).toEqual([
      ["/dev/sdc", ["/vm"]],
      ["/dev/vda", ["/image", "/share"]],
    ]);
  });

  it("slowness is not loss", () => {
    expect(read({ code: null, lines: [], durationMs: 30_000 }).outcome).toBe("late");
  });

  it("a directory that was unmounted is another file system", () => {
    const lines = fixture.ok.lines.map((line) => line.replace(identity.vmFs, identity.imageFs));
    expect(read({ ...fixture.ok, lines })).toMatchObject({ outcome: "failed", cause: { expected: identity.vmFs } });
  });

  it("a file system without a UUID is known by its id", () => {
    const lines = fixture.ok.lines.map((line) => line.replace(`UUID="${identity.vmFs}"`, 'UUID=""'));
    expect(read({ ...fixture.ok, lines }, { ...identity, vmFs: "fsid:e750b184840f3b76" }).outcome).toBe("ok");
    expect(read({ ...fixture.ok, lines }, { ...identity, vmFs: "fsid:0" }).outcome).toBe("failed");
  });

  it("a check without a word is a failed one, with its own complaints", () => {
    const check = read({ code: 2, lines: ["! sh: 3: Syntax error"], durationMs: 1 });
    expect(check).toMatchObject({ outcome: "failed", cause: { output: "! sh: 3: Syntax error" } });
  });

  it.each([
    "space x 1e30 1 1 1 1 1 /vm",
    "space x 4096 5 9 9 1 1 /vm",
    "space x 9007199254740991 9 9 9 1 1 /vm",
    "space",
  ])("figures out of range are unknown: %s", (line) => {
    const lines = fixture.ok.lines.map((each) => (each.endsWith(" /vm") && each.startsWith("space") ? line : each));
    expect(read({ ...fixture.ok, lines }).figures).toBeUndefined();
  });

  it("asks about its own directories", () => {
    expect(probeFile(config, dirs).args).toEqual(["/vm", "/image", "/share"]);
  });
});

describe("the files of a directory @S03 @B03", () => {
  const beside = (drive: string, change = {}) =>
    JSON.stringify({ panel: "pa_1", storage: "st_1", drive, label: "web 1", size: 1, ...change });
  const lines = [
    `beside 392 1 134217728 dr_1.qcow2 ${beside("dr_1")}`,
    "file 392 0 67108864 dr_2.qcow2",
    "file 8 0 - other disk.raw",
    `beside 8 0 - dr_9.json ${beside("dr_9")}`,
    "listed",
  ];
  const volumesOf = (more: string[]) => read({ ...fixture.ok, lines: [...fixture.ok.lines, ...more] }).volumes;

  it("are ours by what stands beside them, with virtual size, space taken and locks", () => {
    const volumes = volumesOf(lines);
    expect(volumes?.map(({ name, drive, size, used, isOpen }) => [name, drive, size, used, isOpen])).toEqual([
      ["dr_1.qcow2", "dr_1", 134217728, 200704, true],
      ["dr_2.qcow2", null, 67108864, 200704, false],
      ["other disk.raw", null, null, 4096, false],
      ["dr_9.json", null, null, 4096, false],
    ]);
    expect(volumes?.[0]).toMatchObject({ label: "web 1", isActive: null });
  });

  it("a list that was cut off is none, and a size that is none is not known", () => {
    expect(volumesOf(lines.slice(0, -1))).toBeUndefined();
    expect(volumesOf(lines.map((line) => line.replace("67108864", "x")))?.[1]?.size).toBeNull();
  });

  it("another panel's or storage's file is not ours", () => {
    for (const change of [{ panel: "pa_2" }, { storage: "st_2" }, { drive: "dr_2" }]) {
      const other = lines.map((line) =>
        line.includes("dr_1") ? `beside 392 1 134217728 dr_1.qcow2 ${beside("dr_1", change)}` : line,
      );
      expect(volumesOf(other)?.[0]?.drive).toBeNull();
    }
  });
});
