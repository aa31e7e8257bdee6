import type { Membership, NodeHealth, NodeMode, StorageLive } from "./live.ts";
import { type DriveFormat, FORMAT_BY_KIND, type StorageKind } from "./storage.ts";
import type { PlannedView } from "./planned.ts";
import { type Text, text } from "./text.ts";

/** What the panel has asked of a drive. Whether its volume is there, and how full, is measured and never stored here. */
export const DRIVE_STATES = ["creating", "ready", "growing", "deleting", "failed"] as const;
export type DriveState = (typeof DRIVE_STATES)[number];

/** The one word a drive is shown with: `missing` is a ready drive whose volume a good check did not find. */
export type DriveWord = DriveState | "missing";

/** A volume of a storage on a node, as the storage's check found it. Bytes; `null` is "not measured". */
export interface Volume {
  name: string;
  /** The id of the drive, where the volume carries this storage's mark for it. */
  drive: string | null;
  label: string | null;
  size: number | null;
  used: number | null;
  /** Null where the storage knows no such state. */
  isActive: boolean | null;
  /** Held open by something on the node. */
  isOpen: boolean | null;
  /** Not handed out: its space may still show what was there before. */
  isBlanking: boolean;
  /** Its deletion has renamed it aside to wipe it. */
  isWiping: boolean;
}

/** A volume as the node showed it, with the age of that look. */
export interface MeasuredVolume extends Volume {
  ageMs: number;
  /** Of one that all nodes see: those on which it is switched on. */
  activeOn?: string[];
}

export interface DriveView {
  id: string;
  label: string;
  clusterId: string;
  storageId: string;
  /** Null on a storage that all nodes share. */
  nodeId: string | null;
  size: number;
  format: DriveFormat;
  state: DriveState;
  isProtected: boolean;
  ownerVmId: string | null;
  createdAt: string;
  /** The open task that works on it. */
  taskId: string | null;
  measured: MeasuredVolume | null;
  /** Age of the last good check of its storage, whether the volume was in it or not; null without one. */
  checkedAgeMs: number | null;
}

/** A volume that no drive of the panel stands for (B03). */
export interface UnknownVolume extends MeasuredVolume {
  storageId: string;
  nodeId: string;
}

/** GET /api/drives: the first drives that fit what was asked for. */
export interface DrivesView {
  drives: DriveView[];
  /** Names of the nodes they and the unknown volumes are on, by id. */
  nodes: Record<string, string>;
  /** How many fit, and how many there are. */
  fits: number;
  total: number;
  /** Of the storage that was asked for. */
  unknown: UnknownVolume[];
  /** By type of storage: what can be done with drives there. */
  abilities: Partial<Record<StorageKind, DriveAbilities>>;
  sentAt: number;
}

export const DRIVE_VERBS = ["grow", "rename", "activate", "deactivate", "delete", "protect", "unprotect"] as const;
export type DriveVerb = (typeof DRIVE_VERBS)[number];

/** What a storage can do with drives, as far as pages and rules need it; its driver says it. */
export interface DriveAbilities {
  /** A drive can be switched on and off on a node. */
  activates: boolean;
  /** It can grow while something has it open. */
  growsInUse: boolean;
}

/** Drives are whole MiB: every storage and every guest can hold that. */
const SIZE_STEP = 1024 ** 2;
export const MIN_DRIVE = 1024 ** 2;
/** More than any of the storages take; keeps sums of sizes exact. */
export const MAX_DRIVE = 64 * 1024 ** 4;
export const MAX_AT_ONCE = 100;

/** Why a drive of this format can't be on a storage of this kind, with what is allowed (S04); null when it can. */
export function formatProblem(kind: StorageKind, format: DriveFormat): Text | null {
  const allowed = FORMAT_BY_KIND[kind];
  if (allowed === format) return null;
  const values = { kind, format, allowed: allowed ?? "" };
  return text(allowed === null ? "drive.rule.no-format" : "drive.rule.format", values);
}

/** The word of a drive, from what was asked of it and what was measured. */
export function driveWord(drive: Pick<DriveView, "state" | "measured" | "checkedAgeMs">): DriveWord {
  if (drive.state === "ready" && drive.measured === null && drive.checkedAgeMs !== null) return "missing";
  return drive.state;
}

/** Every word that a drive can have, whatever is measured of it: who looks for one need not ask about the others. */
export const wordsOf = (state: DriveState): readonly DriveWord[] =>
  state === "ready" ? ["ready", "missing"] : [state];

type Acted = Pick<DriveView, "label" | "state" | "isProtected" | "ownerVmId" | "measured" | "taskId">;

/** States in which a verb makes sense at all; what failed half-way can be gone on with, or deleted. */
const STATES: Record<DriveVerb, readonly DriveState[]> = {
  grow: ["ready", "failed"],
  rename: ["ready"],
  activate: ["ready"],
  deactivate: ["ready"],
  delete: ["ready", "failed"],
  protect: ["creating", "ready", "growing", "failed"],
  unprotect: ["creating", "ready", "growing", "failed"],
};

/** Verbs that write the panel's database and nothing else. */
const ON_PAPER: readonly DriveVerb[] = ["protect", "unprotect"];

/** Verbs that are left for a drive whose deletion ended while it was being wiped. */
const WHILE_WIPING: readonly DriveVerb[] = ["delete", ...ON_PAPER];

/**
 * Why a verb can't be done to a drive now; null when it can. One table for pages and server. In use counts as last
 * measured here; the node proves it once more in the step that acts.
 */
export function driveObstacle(verb: DriveVerb, drive: Acted, abilities: DriveAbilities): Text | null {
  const { label } = drive;
  if (drive.state === "failed" && drive.measured?.isWiping && !WHILE_WIPING.includes(verb))
    return text("drive.obstacle.wiping", { label });
  if (!STATES[verb].includes(drive.state)) return text(`drive.state-obstacle.${drive.state}`, { label });
  if (verb === "protect") return drive.isProtected ? text("drive.obstacle.protected-already", { label }) : null;
  if (verb === "unprotect") return drive.isProtected ? null : text("drive.obstacle.not-protected", { label });
  if (!ON_PAPER.includes(verb) && drive.taskId) return text("drive.obstacle.task", { label });
  if ((verb === "activate" || verb === "deactivate") && !abilities.activates)
    return text("drive.obstacle.no-activation", { label });
  if (verb === "activate" && drive.measured?.isActive === true) return text("drive.obstacle.active", { label });
  if (verb === "deactivate" && drive.measured?.isActive === false) return text("drive.obstacle.inactive", { label });
  if (verb === "delete" && drive.isProtected) return text("drive.obstacle.protected", { label });
  if (verb === "delete" && drive.ownerVmId) return text("drive.obstacle.owned", { label });
  const needsRest = verb === "delete" || verb === "deactivate" || (verb === "grow" && !abilities.growsInUse);
  if (needsRest && drive.measured?.isOpen === true) return text("drive.obstacle.in-use", { label });
  return null;
}

/** What decides whether a node × storage takes a change. */
export interface Place {
  node: { name: string; membership: Membership; mode: NodeMode };
  storage: { name: string; isEnabled: boolean };
  health: NodeHealth | undefined;
  live: Pick<StorageLive, "status" | "readOnly" | "full"> | undefined;
}

/** Why a node takes no change of drives on a storage now: it can't be reached, or the storage is not whole there. */
export function changeObstacle({ node, storage, health, live }: Place): Text | null {
  const values = { node: node.name, storage: storage.name };
  if (node.membership !== "member") return text("drive.place.not-member", values);
  if (health === "unreachable") return text("drive.place.unreachable", values);
  if (health === undefined || !live || live.status === "unknown") return text("drive.place.unknown", values);
  if (live.status === "lost") return text("drive.place.lost", values);
  if (live.readOnly) return text("drive.place.read-only", values);
  return null;
}

/** Why a node takes no new drive on a storage now; null when it does. */
export function newDriveObstacle(place: Place): Text | null {
  const values = { node: place.node.name, storage: place.storage.name };
  if (!place.storage.isEnabled) return text("drive.place.disabled", values);
  if (place.node.mode === "maintenance") return text("drive.place.maintenance", values);
  if (place.health === "corrupted") return text("drive.place.corrupted", values);
  const obstacle = changeObstacle(place);
  if (obstacle) return obstacle;
  if (place.health === "unknown") return text("drive.place.unknown", values);
  return place.live?.full ? text("drive.place.full", values) : null;
}

/** A size rounded up to whole MiB. */
export function wholeSize(bytes: number): number {
  return Math.ceil(bytes / SIZE_STEP) * SIZE_STEP;
}

/** Where a new drive could go: a node, what is free for drives there, and why it takes none. */
export interface DrivePlace {
  nodeId: string;
  name: string;
  free: number | null;
  reason: Text | null;
}

/** GET /api/drives/plan. Problems by field: `size`, `labels.0`, `label`, `storageId`, `nodeId`. */
export interface DrivePlanView extends PlannedView {
  places: DrivePlace[];
}
