import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Command, NodeStep } from "../../domain/plan.ts";
import { makeGroupSteps } from "./make-group.ts";
import { extendStep, type Group, removeSteps } from "./part-steps.ts";
import type { NewPv } from "./pv-steps.ts";
import { renameStep } from "./steps.ts";

const VG = "S8U9wx-3I0A-dc1g-Ee5o-UIgU-XeB7-5k2hvD";
const PV = "ACkSvn-1HPG-3HbK-tGIw-xn6H-nG2B-E9Vuic";
const owner = { panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 };
const group: Group = { name: "vg0", uuid: VG, devices: [], target: "nd_1" };
const pv: NewPv = { link: "/dev/b", uuid: PV, proof: { command: { argv: ["true"] } }, failures: [] };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spindle-lvm-"));
  // Nobody gets as far as to change anything.
  for (const name of ["vgremove", "vgreduce", "vgrename"]) program(name, "exit 1");
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
}

function codeOf({ argv }: Command): number | null {
  return spawnSync("env", ["-i", `PATH=${folder}:/usr/bin:/bin`, ...argv]).status;
}

function undoOf(step: NodeStep | undefined): { command: Command; proof: Command } {
  if (!step || "none" in step.undo) throw new Error("the step has no undo");
  const { command, proof } = step.undo;
  return { command, proof: proof?.command ?? command };
}

const extend = undoOf(extendStep(group, [pv]));
const made = undoOf(makeGroupSteps("nd_1", "vg0", owner, [pv]).steps.find(({ id }) => id === "vg"));
const [reduce] = removeSteps(group, PV, "/dev/b");
const found = { name: "other", uuid: VG, pvs: [] } as unknown as Parameters<typeof renameStep>[1];
const rename = undoOf(renameStep("nd_1", found, "vg0"));

type Tool = "vgs" | "pvs";
/** Each with the tool that is asked, and how it answers where there is nothing to do. */
const CASES: [string, Command, Tool, string][] = [
  ["that nothing is on a PV that was added", extend.proof, "pvs", "true"],
  ["that a PV is out of the group again", extend.command, "pvs", "echo '  '"],
  ["that a group that was made is empty", made.proof, "vgs", "true"],
  ["that a group that was made is gone", made.command, "vgs", "true"],
  ["that a PV has left its group", reduce?.alreadyDone?.command as Command, "pvs", "true"],
  ["that a group has its name again", rename.command, "vgs", "echo '  other'"],
];

describe("an LVM that can't be asked does not say", () => {
  it.each(CASES)("%s", (_what, command, tool, answer) => {
    program("vgs", "echo '  vg0'");
    program(tool, answer);
    expect(codeOf(command)).toBe(0);
    program(tool, "echo 'Input/output error' >&2; exit 5");
    expect(codeOf(command)).not.toBe(0);
  });

  it("that a group has its name again, of a disk that is gone: its answer is empty then, and well", () => {
    program("vgs", "exit 0");
    expect(codeOf(rename.command)).not.toBe(0);
  });
});
