import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Check, Command, NodeStep } from "../domain/plan.ts";
import type { DriveContext } from "./contract.ts";
import { availableKinds, requireDriver } from "./registry.ts";

const owner = {
  ...{ panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 3 },
};
const VG = "mOT8rW-Ijxu-jDgS-as2k-I0yZ-qNLd-B82NlB";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spindle-leave-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function contextOf(kind: string): DriveContext<unknown> {
  const base = { owner, details: null, target: "n" };
  if (kind === "file") {
    const identity = { marker: '{"storage":"st_1"}', vmFs: "x", imageFs: "", shareFs: "" };
    return { ...base, config: { vmDir: folder }, identity };
  }
  return { ...base, config: { vgName: "lvm0" }, identity: { vgUuid: VG, pvUuids: "PV-1", imageFs: "", shareFs: "" } };
}

function only(kind: string): NodeStep {
  const { steps } = requireDriver(kind).leave(contextOf(kind));
  expect(steps).toHaveLength(1);
  return steps[0]!;
}

function run({ argv }: Command): number | null {
  return spawnSync("env", ["-i", `PATH=${folder}:/usr/bin:/bin`, ...argv]).status;
}

const passes = (check: Check | undefined) => check !== undefined && run(check.command) === 0;

describe("a node that leaves @P03", () => {
  it.each([...availableKinds()])(
    "%s: every step proves what is done, can be undone, and what stays is said",
    (kind) => {
      const { steps, left } = requireDriver(kind).leave(contextOf(kind));
      expect(left.length).toBeGreaterThan(0);
      for (const step of steps) {
        expect(step.alreadyDone).toBeDefined();
        expect(step.undo).toHaveProperty("command");
        // Whatever it holds is none of a removal's business.
        expect(JSON.stringify(step)).not.toMatch(/lvremove|vgremove|pvremove|rmdir|rm -r|vgrename/);
      }
    },
  );

  it("File: our mark goes and everything else stays; undone, the mark is back", () => {
    const step = only("file");
    const mark = join(folder, ".spindle");
    writeFileSync(join(folder, "dr_1.qcow2"), "data");
    writeFileSync(mark, '{"storage":"st_1"}\n');
    expect(passes(step.alreadyDone)).toBe(false);
    expect([run(step.command), run(step.command)]).toEqual([0, 0]);
    expect(readdirSync(folder)).toEqual(["dr_1.qcow2"]);
    expect(passes(step.alreadyDone)).toBe(true);
    if ("none" in step.undo) throw new Error("it has an undo");
    expect([run(step.undo.command), run(step.undo.command)]).toEqual([0, 0]);
    expect(readFileSync(mark, "utf8")).toBe('{"storage":"st_1"}\n');
  });

  it("File: another storage's mark is none of ours to take", () => {
    const step = only("file");
    writeFileSync(join(folder, ".spindle"), '{"storage":"st_2"}\n');
    expect(run(step.command)).toBe(0);
    expect(readFileSync(join(folder, ".spindle"), "utf8")).toContain("st_2");
  });

  it.each([
    ["tagged by us", `  ${VG},spindle.panel=pa_1,spindle.storage=st_1`, false],
    ["tagged by us among others", `  ${VG},spindle.storage=st_1,theirs`, false],
    ["tagged by nobody", `  ${VG},`, true],
    ["tagged by another storage", `  ${VG},spindle.storage=st_10`, true],
    ["gone", "", false],
  ])("LVM: a group that is %s is let go already: $2", (_name, answer, isDone) => {
    writeFileSync(join(folder, "vgs"), `#!/bin/sh\nprintf '%s\\n' '${answer}'\n`);
    chmodSync(join(folder, "vgs"), 0o755);
    expect(passes(only("lvm").alreadyDone)).toBe(isDone);
  });

  it("LVM: only this storage's tags are named, on the devices of the group, after its UUID was seen", () => {
    const step = only("lvm");
    expect(step.command.argv).toEqual([
      ...["vgchange", "--devices", "/dev/disk/by-id/lvm-pv-uuid-PV-1"],
      ...["--deltag", "spindle.panel=pa_1", "--deltag", "spindle.cluster=cl_1"],
      ...["--deltag", "spindle.storage=st_1", "--deltag", "spindle.epoch=3", "--", "lvm0"],
    ]);
    expect(step.precondition?.stdout).toBe(VG);
  });
});
