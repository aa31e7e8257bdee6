import { describe, expect, it } from "vitest";
import type { NodeStep } from "../../../domain/plan.ts";
import type { DriveContext, DriveSpec } from "../../contract.ts";
import { type NetworkLvmConfig, networkLvmConfig } from "./config.ts";
import { networkLvmDrives } from "./drives.ts";

const VG = "mOT8rW-Ijxu-jDgS-as2k-I0yZ-qNLd-B82NlB";
const config = networkLvmConfig.parse({
  ...{ portals: "10.0.0.1", target: "iqn.2026-01.lab.host:san1", wwid: "360000000000000000e00000000010001" },
  vgName: "net-0",
});
const context = (change: Partial<NetworkLvmConfig> = {}): DriveContext<NetworkLvmConfig> => ({
  config: { ...config, ...change },
  identity: { vgUuid: VG, pvUuids: "PV", imageFs: "", shareFs: "", wwid: config.wwid, target: config.target },
  owner: { panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 },
  ...{ details: null, target: "nd_1", others: ["nd_2", "nd_3"] },
});
const drive: DriveSpec = { id: "dr_1", label: "one", size: 2 ** 30 };

const shape = (steps: readonly NodeStep[]) =>
  steps.map(({ id, target, stage = 0 }) => `${stage} ${target} ${id.replace("dr_1.", "")}`);

describe("drives of a group that all nodes see", () => {
  it("are switched on once every other node has shown that it has them not", () => {
    expect(shape(networkLvmDrives.activate(context(), drive))).toEqual([
      ...["0 nd_2 prove-nd_2", "0 nd_3 prove-nd_3", "1 nd_1 activate"],
    ]);
  });

  it("grow where they are, or nowhere", () => {
    expect(shape(networkLvmDrives.grow(context(), drive, 2 ** 31))).toEqual([
      ...["0 nd_2 prove-nd_2", "0 nd_3 prove-nd_3", "1 nd_1 mark", "1 nd_1 extend", "1 nd_1 zero"],
    ]);
  });

  it.each([
    [false, ["1 nd_1 remove"]],
    [true, ["1 nd_1 aside", "1 nd_1 wipe", "1 nd_1 remove"]],
  ])("free their extents once no node maps them (wiped: %s)", (wipe, own) => {
    expect(shape(networkLvmDrives.remove(context({ wipe }), drive))).toEqual([
      ...["0 nd_2 drop-nd_2", "0 nd_3 drop-nd_3", ...own],
    ]);
  });

  it("are made, renamed and switched off by the one node that acts", () => {
    const steps = [
      ...networkLvmDrives.create(context(), drive),
      ...networkLvmDrives.relabel(context(), drive, "two"),
      ...networkLvmDrives.deactivate(context(), drive),
    ];
    expect(new Set(steps.map(({ target }) => target))).toEqual(new Set(["nd_1"]));
  });

  it("are looked for in the kernel, by the group's UUID and every name that they may have there", () => {
    const [prove] = networkLvmDrives.activate(context(), drive);
    expect(prove?.command.argv.slice(4)).toEqual([...[VG.replaceAll("-", ""), "net--0-dr_1", "net--0-dr_1.wiping"]]);
    expect(prove?.isProof).toBe(true);
  });

  it("have one writer, whichever storage or cluster asks", () => {
    expect(networkLvmDrives.writerLock(context().identity)).toBe(`volume-group:${VG}`);
  });
});
