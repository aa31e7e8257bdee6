import type { Cause, StorageCheck } from "../../../domain/live.ts";
import { text } from "../../../domain/text.ts";
import type { ClusterDirs, Identity, Ownership, ProbeFragment, RawCheck } from "../../contract.ts";
import { probeLvm, readLvmCheck } from "../../lvm/probe.ts";
import { type NetworkLvmConfig, portalsOf } from "./config.ts";
import { readMapped } from "./map-drift.ts";
import { networkLvmIdentity, wwidsOf } from "./identity.ts";
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

/** The Network LVM storage's part of a node's probe. */
export function probeNetworkLvm(config: NetworkLvmConfig, dirs: ClusterDirs, identity: Identity): ProbeFragment {
  const { target } = networkLvmIdentity.parse(identity);
  const wwids = wwidsOf(identity);
  const group = probeLvm(config, dirs, identity);
  return { ...group, script: WHOLE, args: [target, wwids.join(), wwids.map(kernelWwid).join(), ...group.args] };
}

/** A session to one portal, in the kernel's words. */
export interface SessionLook {
  number: string;
  state: string;
  /** As portals are shown: the page tells it word for word. */
  portal: string;
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
  paths: PathLook[];
  device: { name: string; isSuspended: boolean; size: number } | null;
}

export interface SanLook {
  sessions: SessionLook[];
  luns: LunState[];
}

const SECTOR = 512;
const MOST = 256;
const bytesOf = (sectors: string | undefined) => (/^\d{1,14}$/.test(sectors ?? "") ? Number(sectors) * SECTOR : 0);

/** Reads the lines about sessions, paths and the multipath device. */
export function readSan(lines: readonly string[]): SanLook {
  const words = lines.slice(0, MOST).map((line) => line.split(" "));
  const of = (kind: string) => words.filter(([word]) => word === kind);
  const luns: LunState[] = [];
  for (const line of words) addToLun(luns, line);
  return {
    luns,
    sessions: of("session").map(([, number = "", state = "", address = "", port]) => ({
      ...{ number, state, portal: portalText({ address, port: Number(port) || 0 }) },
    })),
  };
}

/** Each LUN's lines come behind its own. */
function addToLun(luns: LunState[], [kind, name = "", word = "", sectors, session = ""]: string[]): void {
  const lun = luns.at(-1);
  if (kind === "lun") luns.push({ wwid: name, paths: [], device: null });
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

/** Portals that have no session that is up. */
function deadPortals(portals: readonly Portal[], { sessions }: SanLook): Portal[] {
  const up = sessions.filter(isUp).map(({ portal }) => portal);
  return portals.filter((portal) => !up.includes(portalText(portal)));
}

type Finding = Pick<StorageCheck, "outcome" | "cause" | "details">;

/** What takes a LUN away, before anything of the group could be asked. */
function lossOf({ target }: NetworkLvmConfig, san: SanLook): Finding | null {
  const failed = (key: string, wwid = ""): Finding => ({
    outcome: "failed",
    cause: causeOf(key, { target, wwid }, san),
    details: { san },
  });
  if (!san.sessions.some(isUp)) return failed(san.sessions.length === 0 ? "logged-out" : "target-lost");
  const up = san.sessions.filter(isUp).map(({ number }) => number);
  if (san.luns.length === 0) return failed("lun-gone");
  for (const { wwid, paths, device } of san.luns) {
    if (!paths.some(({ state, session }) => state === "running" && up.includes(session)))
      return failed("lun-gone", wwid);
    if (!device) return failed("no-multipath", wwid);
    if (device.isSuspended) return failed("suspended", wwid);
  }
  return null;
}

/** What takes a path away, but not the LUN. */
function pathFinding(config: NetworkLvmConfig, san: SanLook): Finding | null {
  const dead = deadPortals(portalsOf(config), san);
  const values = { target: config.target, portals: dead.map(portalText).join(", "), count: dead.length };
  if (dead.length > 0) return { outcome: "degraded", cause: causeOf("portal-lost", values, san) };
  const stuck = pathsOf(san).filter(({ state }) => state !== "running");
  if (stuck.length === 0) return null;
  const named = { ...values, paths: stuck.map(({ name }) => name).join(", ") };
  return { outcome: "degraded", cause: causeOf("path-lost", named, san) };
}

/** Reads one check: the way to the LUN first, then its group as LVM has it. */
export function readNetworkLvmCheck(
  config: NetworkLvmConfig,
  dirs: ClusterDirs,
  identity: Identity,
  raw: RawCheck,
  owner: Pick<Ownership, "panelId" | "storageId">,
): StorageCheck {
  const san = readSan(raw.lines);
  const loss = raw.code === null ? null : lossOf(config, san);
  if (loss) return loss;
  const check = readLvmCheck(config, dirs, identity, raw, owner);
  const finding = check.outcome === "ok" ? pathFinding(config, san) : null;
  return {
    ...check,
    ...finding,
    ...(check.details ? { details: { ...check.details, san, mapped: readMapped(raw.lines) } } : {}),
  };
}
