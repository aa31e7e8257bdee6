import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NodeStep } from "../../../domain/plan.ts";
import { leaveLvm } from "./leave.ts";

const VG = "mOT8rW-Ijxu-jDgS-as2k-I0yZ-qNLd-B82NlB";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spindle-leave-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function untag(): NodeStep {
  const { steps } = leaveLvm({
    config: { vgName: "lvm0", wipe: false },
    dirs: { imageDir: "/image", shareDir: "/share" },
    owner: { panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 3 },
    ...{ details: null, target: "n" },
    identity: { vgUuid: VG, pvUuids: "PV-1", imageFs: "", shareFs: "" },
  });
  expect(steps).toHaveLength(1);
  return steps[0]!;
}

describe("an LVM storage leaves a node @P03 @P14", () => {
  it.each([
    ["tagged by us", `  ${VG}|spindle.panel=pa_1,spindle.storage=st_1`, false],
    ["tagged by us among others", `  ${VG}|spindle.storage=st_1,theirs`, false],
    ["tagged by nobody", `  ${VG}|`, true],
    ["tagged by another storage", `  ${VG}|spindle.storage=st_10`, true],
    ["gone", "", false],
  ])("a group that is %s is let go already: $2", (_name, answer, isDone) => {
    writeFileSync(join(folder, "vgs"), `#!/bin/sh\nprintf '%s\\n' '${answer}'\n`);
    chmodSync(join(folder, "vgs"), 0o755);
    const argv = untag().alreadyDone?.command.argv ?? [];
    expect(spawnSync("env", ["-i", `PATH=${folder}:/usr/bin:/bin`, ...argv]).status === 0).toBe(isDone);
  });

  it("only our tags are named, on the devices of the group, after its UUID was seen", () => {
    const { command, precondition } = untag();
    expect(command.argv).toEqual([
      ...["vgchange", "--devices", "/dev/disk/by-id/lvm-pv-uuid-PV-1"],
      ...["--deltag", "spindle.panel=pa_1", "--deltag", "spindle.cluster=cl_1"],
      ...["--deltag", "spindle.storage=st_1", "--deltag", "spindle.epoch=3", "--deltag", "spindle.made", "--", "lvm0"],
    ]);
    expect(precondition?.stdout).toBe(VG);
  });
});
