import type { Cause, StorageCheck } from "../../domain/live.ts";
import { text } from "../../domain/text.ts";
import type { ClusterDirs, Identity, Ownership, ProbeFragment, RawCheck } from "../contract.ts";
import { DIRS_SCRIPT, type DirLook, dirProblem, partitionsOf, readDirs, readOnlyCause } from "../probe-dirs.ts";
import { lvmIdentity } from "./identity.ts";
import { type LvmReport, readLvmReport } from "./probe-report.ts";
import { LVM_SCRIPT } from "./probe-script.ts";
import { readLvmVolumes } from "./volumes.ts";
import { pvLink } from "./steps.ts";

interface LvmConfig {
  vgName: string;
}

/** One text for all nodes: put together for each, a thousand copies of it would be kept. */
const WHOLE = DIRS_SCRIPT + LVM_SCRIPT;

/** The LVM storage's part of a node's probe. */
export function probeLvm(config: LvmConfig, dirs: ClusterDirs, identity: Identity): ProbeFragment {
  const { vgUuid, pvUuids } = lvmIdentity.parse(identity);
  return {
    script: WHOLE,
    args: [config.vgName, vgUuid, pvUuids, vgUuid.replaceAll("-", ""), dirs.imageDir, dirs.shareDir],
    everySeconds: 60,
    deadlineSeconds: 30,
  };
}

type Finding = Pick<StorageCheck, "outcome" | "cause" | "readOnly" | "full">;

/** Reads one check of an LVM storage: the VG by its UUID, then its PVs, then maps, then the cluster's directories. */
export function readLvmCheck(
  config: LvmConfig,
  dirs: ClusterDirs,
  identity: Identity,
  raw: RawCheck,
  owner: Pick<Ownership, "panelId" | "storageId">,
): StorageCheck {
  const pinned = lvmIdentity.parse(identity);
  const report = readLvmReport(raw.lines, pinned.vgUuid);
  if (raw.code === null)
    return { outcome: "late", cause: { ...commandOf(report), reason: text("live.lvm.late", { vg: config.vgName }) } };
  const looks = readDirs(raw.lines, { image: dirs.imageDir, share: dirs.shareDir });
  const [image, share] = looks as [DirLook, DirLook];
  const finding =
    vgFinding(config, pinned.vgUuid, report) ??
    pvFinding(config, report) ??
    clusterDirFinding(image, pinned.imageFs) ??
    clusterDirFinding(share, pinned.shareFs);
  const { vg } = report;
  const used = vg && vg.size !== null && vg.free !== null ? vg.size - vg.free : null;
  const isOurs = vg !== null && finding?.outcome !== "failed";
  return {
    ...(finding ?? { outcome: "ok" }),
    ...(isOurs && report.isListed ? { volumes: readLvmVolumes(report, owner) } : {}),
    ...(vg?.freeExtents === 0 ? { full: true } : {}),
    figures: vg ? { size: vg.size, used, allocated: used, free: vg.free } : undefined,
    details: isOurs
      ? {
          vg,
          pvs: report.pvs,
          lvCount: report.isListed ? report.lvs.length : null,
          staleMaps: report.maps.filter((map) => map.isStale).map(({ name }) => ({ name })),
          partitions: partitionsOf(looks),
        }
      : undefined,
  };
}

function commandOf(report: LvmReport): Pick<Cause, "command" | "output"> {
  return { command: report.command, output: report.output };
}

/** Whether the VG is there under its name; its loss is the storage's. */
function vgFinding({ vgName }: LvmConfig, vgUuid: string, report: LvmReport): Finding | null {
  const { vg } = report;
  const shown = commandOf(report);
  if (!vg) {
    const namesake = report.others.find((other) => other.name === vgName);
    const values = { vg: vgName, uuid: vgUuid };
    if (namesake) {
      const reason = text("live.lvm.other-vg", { ...values, found: namesake.uuid });
      return { outcome: "failed", cause: { ...shown, reason, expected: `${vgName} ${vgUuid}` } };
    }
    const key = report.absent.length > 0 ? "live.lvm.pvs-gone" : "live.lvm.vg-gone";
    return { outcome: "failed", cause: { ...shown, reason: text(key, values), expected: `${vgName} ${vgUuid}` } };
  }
  if (vg.name !== vgName) {
    const reason = text("live.lvm.renamed", { vg: vgName, found: vg.name });
    return { outcome: "failed", cause: { ...shown, reason, expected: `${vgName} ${vgUuid}` } };
  }
  if (vg.attributes[2] === "x")
    return { outcome: "failed", cause: { ...shown, reason: text("live.lvm.exported", { vg: vgName }) } };
  const unread = report.reads.filter((read) => !read.isOk);
  if (unread.length > 0 && unread.length === report.pvs.filter((pv) => !pv.isMissing).length) {
    return { outcome: "failed", cause: readCause(vgName, unread[0]) };
  }
  return null;
}

/** What takes something of the VG away, but not the VG. */
function pvFinding({ vgName }: LvmConfig, report: LvmReport): Finding | null {
  const missing = report.pvs.filter((pv) => pv.isMissing);
  if (missing.length > 0) {
    const values = { vg: vgName, count: missing.length, pvs: missing.map((pv) => pv.uuid).join(", ") };
    return { outcome: "degraded", cause: { ...commandOf(report), reason: text("live.lvm.partial", values) } };
  }
  const unread = report.reads.find((read) => !read.isOk);
  if (unread) return { outcome: "degraded", cause: readCause(vgName, unread) };
  const stale = report.maps.filter((map) => map.isStale).map((map) => map.name);
  if (stale.length > 0) {
    const values = { vg: vgName, count: stale.length, maps: stale.slice(0, 5).join(", ") };
    const output = report.maps.filter((map) => map.isStale).map((map) => `${map.name} ${map.devices.join(",")}`);
    const command = "dmsetup info -c --noheadings --separator ' ' -o name,devnos_used";
    const cause = { reason: text("live.lvm.stale-maps", values), command, output: output.join("\n") };
    return { outcome: "degraded", cause: { ...cause, expected: `lvchange --refresh ${vgName}` } };
  }
  if (report.vg?.attributes[0] === "r") {
    return {
      outcome: "degraded",
      readOnly: true,
      cause: { ...commandOf(report), reason: text("live.lvm.read-only", { vg: vgName }) },
    };
  }
  return null;
}

function readCause(vgName: string, read: LvmReport["reads"][number] | undefined): Cause {
  return {
    reason: text("live.lvm.unreadable", { vg: vgName, pv: read?.uuid ?? "" }),
    command: `dd if=${pvLink(read?.uuid ?? "")} of=/dev/null bs=4096 skip=256 count=1 iflag=direct`,
    output: read?.output ?? "",
  };
}

function clusterDirFinding(look: DirLook, pinned: string): Finding | null {
  const problem = dirProblem(look, pinned);
  if (problem) return { outcome: "degraded", cause: problem };
  return look.state === "readonly" ? { outcome: "degraded", cause: readOnlyCause(look) } : null;
}
