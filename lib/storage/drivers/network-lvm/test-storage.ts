import type { NodeStep } from "../../../domain/plan.ts";
import type { Identity, JoinContext, LeaveContext, SharedPart } from "../../contract.ts";
import type { DirectoryFacts } from "../../directories.ts";
import type { FoundGroup } from "../../lvm/metadata.ts";
import { type NetworkLvmConfig, networkLvmConfig } from "./config.ts";
import type { NetworkLvmFacts, PortalFacts } from "./facts.ts";
import type { LookProblem, LunLook } from "./look.ts";

/** A storage on the two portals of a target, and what nodes have found of it: nothing that is not said otherwise. */

export const GIB = 2 ** 30;
export const WWID = "360000000000000000e00000000010001";
/** Of another LUN of the target, and of one of another target. */
export const SECOND = "360000000000000000e00000000010002";
export const THIRD = "360000000000000000e00000000020001";
export const VG = "k1c2RN-Hpcf-fIPN-CTTL-7bIh-hz0e-8Qm4nI";
export const TARGET = "iqn.2026-01.lab.host:san1";
export const NEXT = "iqn.2026-01.lab.host:san2";

export const config = networkLvmConfig.parse({
  ...{ portals: "10.0.0.1 10.0.0.2", target: TARGET, wwid: WWID, chapUser: "panelin", reverseUser: "panelout" },
  ...{ chapSecret: "se_0123456789abcdef", reverseSecret: "se_fedcba9876543210" },
});
export const dirs = { imageDir: "/image", shareDir: "/share" };
export const owner = {
  ...{ panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 },
};
export const PINNED: Identity = { vgUuid: VG, pvUuids: "P", imageFs: "", shareFs: "", wwid: WWID, target: TARGET };

/** A node's part in a join. */
export const FIRST: SharedPart = { isFirst: true, pinned: null, others: [] };
export const OTHER: SharedPart = { isFirst: false, pinned: null, others: [] };

export const joinContext = (shared = FIRST, choices: Record<string, string> = {}): JoinContext<NetworkLvmConfig> => ({
  ...{ config, dirs, owner, choices, target: shared.isFirst ? "nd_1" : "nd_2", shared },
});
export const leaveContext = (endsShared: boolean): LeaveContext<NetworkLvmConfig> => ({
  ...{ config, dirs, owner, identity: PINNED, details: null, target: "nd_1", endsShared },
});

export const lun = (wwid: string | null = WWID, change: Partial<LunLook> = {}): LunLook => ({
  ...{ lun: "0001000000000000", wwid, size: GIB, keys: [], vendor: "IET", model: "DISK", serial: "s" },
  ...change,
});
export const portal = (name: string, change: Partial<PortalFacts> = {}): PortalFacts => ({
  ...{ portal: name, targets: [TARGET], luns: [lun()], problem: null },
  ...change,
});
/** What is known of a portal that gave nothing. */
export const gone = (what: string): { luns: null; targets: null; problem: LookProblem } => ({
  ...{ luns: null, targets: null, problem: { what, detail: "" } },
});
/** What a node has of a target. */
export const node = { initiator: "iqn.a", records: [], sessions: [], marks: [], nameInDev: false };
/** What was on a LUN before. */
export const group: FoundGroup = {
  ...{ name: "net0", uuid: VG, tags: [], pvUuids: ["P"], systemId: "", lockType: "", host: "old", writtenAt: "" },
  volumes: [{ name: "root", tags: [] }],
};
export function joinFacts(change: Partial<NetworkLvmFacts> = {}): NetworkLvmFacts {
  const directory = { fs: null, fsid: "a1" } as DirectoryFacts;
  return {
    ...{ node, portals: [portal("10.0.0.1"), portal("10.0.0.2")] },
    ...{ contents: { kind: "blank" }, contentsProblem: null, image: directory, share: directory },
    ...change,
  };
}
export const withGroup = (change: Partial<FoundGroup> = {}) =>
  joinFacts({ contents: { kind: "group", group: { ...group, ...change } } });

export const idsOf = (steps: readonly NodeStep[]) => steps.map(({ id }) => id);
/** Ids of steps: what keeps a node logged in, and what ends that. */
export const RELOGIN = ["relogin-service", "relogin-timer", "relogin"];
export const NO_RELOGIN = ["no-relogin", "no-relogin-timer", "no-relogin-service"];
