import type { Cause, StorageCheck } from "../../../domain/live.ts";
import { text } from "../../../domain/text.ts";
import type { ClusterDirs, Identity, Ownership, ProbeFragment, RawCheck } from "../../contract.ts";
import { probeLvm, readLvmCheck } from "../../lvm/probe.ts";
import { type IscsiTarget, type NetworkLvmConfig, portalsOf, targetsOf } from "./config.ts";
import { readMapped } from "./map-drift.ts";
import { lunsOf, type PlacedLun } from "./identity.ts";
import { type Portal, portalText } from "./portals.ts";
import { NETWORK_LVM_SCRIPT } from "./probe-script.ts";
import { kernelWwid } from "./wwid.ts";

const { script: GROUP_SCRIPT } = probeLvm(
  { vgName: "" },
  { imageDir: "", shareDir: "" },
  { vgUuid: "", pvUuids: "", imageFs: "", shareFs: "" },
);
/** One text for all nodes. */
const WHOLE = GROUP_SCRIPT + NETWORK_LVM_SCRIPT;

/** Names of the targets that LUNs lie on. */
const targetsIn = (luns: readonly PlacedLun[]) => [...new Set(luns.map(({ target }) => target))];

/** The Network LVM storage's part of a node's probe. */
export function probeNetworkLvm(config: NetworkLvmConfig, dirs: ClusterDirs, identity: Identity): ProbeFragment {
  const luns = lunsOf(identity);
  const wwids = luns.map(({ wwid }) => wwid);
  const group = probeLvm(config, dirs, identity);
  return {
    ...group,
    script: WHOLE,
    args: [targetsIn(luns).join(), wwids.join(), wwids.map(kernelWwid).join(), ...group.args],
  };
}

/** A session to one portal, in the kernel's words. */
export interface SessionLook {
  number: string;
  state: string;
  /** As portals are shown: the page tells it word for word. */
  portal: string;
  /** Name of the target. */
  target: string;
}

/** A disk that is one path to the LUN. */
export interface PathLook {
  name: string;
  state: string;
  /** Bytes. */
  size: number;
  session: string;
}

export interface LunState {
  wwid: string;
  /** Name of the target that it lies on, as it is pinned. */
  target: string;
  paths: PathLook[];
  device: { name: string; isSuspended: boolean; size: number } | null;
}

export interface SanLook {
  sessions: SessionLook[];
  luns: LunState[];
}

const SECTOR = 512;
const MOST = 2_048;
const bytesOf = (sectors: string | undefined) => (/^\d{1,14}$/.test(sectors ?? "") ? Number(sectors) * SECTOR : 0);

/** Reads the lines about sessions, paths and multipath devices. */
export function readSan(lines: readonly string[], placed: readonly PlacedLun[] = []): SanLook {
  const san: SanLook = { sessions: [], luns: [] };
  let target = "";
  for (const line of lines.slice(0, MOST)) {
    const words = line.split(" ");
    if (words[0] === "target") target = words[1] ?? "";
    else if (words[0] === "session") san.sessions.push(sessionOf(target, words));
    else addToLun(san.luns, placed, words);
  }
  return san;
}

/** Each target's sessions come behind its own line. */
function sessionOf(target: string, [, number = "", state = "", address = "", port]: string[]): SessionLook {
  return { number, state, portal: portalText({ address, port: Number(port) || 0 }), target };
}

/** Each LUN's lines come behind its own. */
function addToLun(
  luns: LunState[],
  placed: readonly PlacedLun[],
  [kind, name = "", word = "", sectors, session = ""]: string[],
): void {
  const lun = luns.at(-1);
  const target = placed.find(({ wwid }) => wwid === name)?.target ?? "";
  if (kind === "lun") luns.push({ wwid: name, target, paths: [], device: null });
  else if (kind === "path") lun?.paths.push({ name, state: word, size: bytesOf(sectors), session });
  else if (kind === "multipath" && lun) lun.device ??= { name, isSuspended: word !== "0", size: bytesOf(sectors) };
}

const pathsOf = ({ luns }: SanLook) => luns.flatMap(({ paths }) => paths);

const isUp = ({ state }: SessionLook) => state === "LOGGED_IN";

/** What a person runs to see the same; sysfs can't hang. */
const COMMAND = "grep . /sys/class/iscsi_session/session*/targetname /sys/class/iscsi_session/session*/state";

function causeOf(key: string, values: Record<string, string | number>, san: SanLook): Cause {
  const shown = [
    ...san.sessions.map(({ number, state, portal }) => `session ${number} ${state} ${portal}`),
    ...pathsOf(san).map(({ name, state, session }) => `path ${name} ${state} session ${session}`),
  ];
  return { reason: text(`live.network-lvm.${key}`, values), command: COMMAND, output: shown.join("\n") };
}

/** Portals of a target that have no session that is up. */
function deadPortals(san: IscsiTarget, { sessions }: SanLook): Portal[] {
  const own = sessions.filter(({ target }) => target === san.target);
  const up = own.filter(isUp).map(({ portal }) => portal);
  return portalsOf(san).filter((portal) => !up.includes(portalText(portal)));
}

type Finding = Pick<StorageCheck, "outcome" | "cause" | "details">;

/** What takes a LUN away, before anything of the group could be asked. */
function lossOf(placed: readonly PlacedLun[], san: SanLook): Finding | null {
  const failed = (key: string, target: string, wwid = ""): Finding => ({
    outcome: "failed",
    cause: causeOf(key, { target, wwid }, san),
    details: { san },
  });
  const up = san.sessions.filter(isUp).map(({ number }) => number);
  const isReached = ({ paths }: LunState) =>
    paths.some(({ state, session }) => state === "running" && up.includes(session));
  const reached = san.luns.filter(isReached).map(({ wwid }) => wwid);
  for (const target of targetsIn(placed)) {
    const sessions = san.sessions.filter((session) => session.target === target);
    // Arrays can show a LUN on several targets: where the storage has another of them, this one's loss takes paths only.
    const isMissed = placed.some((lun) => lun.target === target && !reached.includes(lun.wwid));
    if (isMissed && !sessions.some(isUp)) return failed(sessions.length === 0 ? "logged-out" : "target-lost", target);
  }
  if (san.luns.length === 0) return failed("lun-gone", targetsIn(placed).join(", "));
  for (const lun of san.luns) {
    const { wwid, target, device } = lun;
    if (!isReached(lun)) return failed("lun-gone", target, wwid);
    if (!device) return failed("no-multipath", target, wwid);
    if (device.isSuspended) return failed("suspended", target, wwid);
  }
  return null;
}

/** What takes a path away, but not the LUN. */
function pathFinding(config: NetworkLvmConfig, placed: readonly PlacedLun[], san: SanLook): Finding | null {
  // A target that is just being added has none of the LUNs yet.
  for (const own of targetsOf(config).filter(({ target }) => targetsIn(placed).includes(target))) {
    const dead = deadPortals(own, san);
    const values = { target: own.target, portals: dead.map(portalText).join(", "), count: dead.length };
    if (dead.length > 0) return { outcome: "degraded", cause: causeOf("portal-lost", values, san) };
  }
  const isStuck = ({ state }: PathLook) => state !== "running";
  const lun = san.luns.find(({ paths }) => paths.some(isStuck));
  if (!lun) return null;
  const stuck = pathsOf(san).filter(isStuck);
  const values = { target: lun.target, paths: stuck.map(({ name }) => name).join(", ") };
  return { outcome: "degraded", cause: causeOf("path-lost", values, san) };
}

/** Reads one check: the way to the LUN first, then its group as LVM has it. */
export function readNetworkLvmCheck(
  config: NetworkLvmConfig,
  dirs: ClusterDirs,
  identity: Identity,
  raw: RawCheck,
  owner: Pick<Ownership, "panelId" | "storageId">,
): StorageCheck {
  const luns = lunsOf(identity);
  const san = readSan(raw.lines, luns);
  const loss = raw.code === null ? null : lossOf(luns, san);
  if (loss) return loss;
  const check = readLvmCheck(config, dirs, identity, raw, owner);
  const finding = check.outcome === "ok" ? pathFinding(config, luns, san) : null;
  return {
    ...check,
    ...finding,
    ...(check.details ? { details: { ...check.details, san, mapped: readMapped(raw.lines) } } : {}),
  };
}
