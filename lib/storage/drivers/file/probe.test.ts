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
