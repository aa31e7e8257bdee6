import type { Check, NodeStep } from "../../domain/plan.ts";
import { readDetails } from "../../domain/storage-details.ts";
import { text } from "../../domain/text.ts";
import { type DriveContext, type DriveDriver, type DriveSpec, REMOVED } from "../contract.ts";
import { encodeLabel, patienceFor, REFUSAL } from "../drive-marks.ts";
import { driveCheck, driveSteps } from "../drive-steps.ts";
import { ASIDE } from "./aside.ts";
import {
  EMPTY_SCRIPT,
  IS_SCRIPT,
  PROVE_SCRIPT,
  TAKE_BACK_SCRIPT,
  WIPE_SCRIPT,
  ZERO_ADDED_SCRIPT,
  ZERO_NEW_LV_SCRIPT,
} from "./drive-scripts.ts";
import { lvmIdentity } from "./identity.ts";
import { pvUuidsOf } from "./pvs.ts";
import { onlyDevices, ownerTags } from "./steps.ts";

/** What of a storage's config its LVs hang on. */
export interface GroupConfig {
  vgName: string;
  /** Deleted drives are filled with zeros before their space is free. */
  wipe: boolean;
}

/** `devices`: words that name the only ones opened; where they are left out, the links of the VG's PVs. */
type Context = DriveContext<GroupConfig> & { devices?: string[] };

const EXTENT = 4 * 1024 ** 2;
/** What one LV may take of the VG's metadata, amply. */
const METADATA_PER_LV = 2048;
const METADATA_RESERVE = 64 * 1024;

const extentOf = (details: Record<string, unknown> | null) => readDetails(details).group?.extentSize || EXTENT;

/** With what is printed by what goes wrong. */
const step = driveSteps("lvm", {
  "in-use": ["contains a filesystem in use", "is used by another device"],
  "no-space": ["insufficient free space"],
  "no-metadata": ["Failed to write VG"],
  "vg-partial": ["Cannot change VG"],
  "vg-gone": [`${REFUSAL}vg-renamed`],
  "vg-read-only": [],
  "not-ours": ["already exists in volume group"],
  "lv-gone": [],
  "not-blank": [],
  "not-wiped": [],
  "other-size": [],
});

/** How the LV must be right before a change. */
type Proven = "any" | "closed" | "handed-out" | "wiped" | "untouched";

/** One drive of one VG, by its own name or aside: what every command about it begins with. */
class Lv {
  readonly uuid: string;
  readonly vg: string;
  readonly devices: string[];
  readonly target: string;
  readonly drive: DriveSpec;
  readonly lv: string;
  readonly extentSize: number;

  constructor({ config, identity, details, target, devices }: Context, drive: DriveSpec, lv = drive.id) {
    this.uuid = lvmIdentity.parse(identity).vgUuid;
    this.vg = config.vgName;
    this.devices = devices ?? onlyDevices(pvUuidsOf(identity, details));
    this.extentSize = extentOf(details);
    this.target = target;
    this.drive = drive;
    this.lv = lv;
  }

  get name(): string {
    return `${this.vg}/${this.lv}`;
  }

  is(what: string, value: string | number = ""): Check {
    const { uuid, devices } = this;
    return driveCheck(["sh", "-c", IS_SCRIPT, "spindle", uuid, this.lv, what, String(value), ...devices]);
  }

  /** `bytes`: what must be free; `size`: what the LV must have now. */
  prove(how: Proven | "absent", bytes = 0, size: number | "" = ""): Check {
    const { uuid, vg, devices } = this;
    const lv = how === "absent" ? "-" : this.lv;
    const extents = String(Math.max(0, Math.ceil(bytes / this.extentSize)));
    return driveCheck(["sh", "-c", PROVE_SCRIPT, "spindle", uuid, vg, extents, lv, how, String(size), ...devices]);
  }

  get words(): Record<string, string> {
    return { lv: this.name, vg: this.vg, label: this.drive.label };
  }
}

/** The tags an LV is known by; a lost database is read back from them. */
function driveTags(context: Context, drive: DriveSpec): string[] {
  return [...ownerTags(context.owner), `spindle.drive=${drive.id}`, labelTag(drive.label)];
}

const labelTag = (label: string) => `spindle.label=${encodeLabel(label)}`;
const blankTag = (from: number) => `spindle.blank-from=${from}`;

function create(context: Context, drive: DriveSpec): NodeStep[] {
  const lv = new Lv(context, drive);
  const tags = [...driveTags(context, drive), blankTag(0)].flatMap((tag) => ["--addtag", tag]);
  const size = ["-n", drive.id, "-L", `${drive.size}b`];
  const made = ["lvcreate", ...lv.devices, "-y", "-Wy", "-Zy", "--setautoactivation", "n", ...tags, ...size];
  const proveEmpty = ["sh", "-c", EMPTY_SCRIPT, "spindle", lv.uuid, lv.vg, drive.id, ...lv.devices];
  return [
    step(lv, "create", [...made, "--", lv.vg], {
      alreadyDone: lv.is("made", drive.size),
      precondition: lv.prove("absent", drive.size),
      undo: {
        title: "take-back",
        argv: ["sh", "-c", TAKE_BACK_SCRIPT, "spindle", lv.vg, drive.id, ...lv.devices],
        // Where it was handed out, all of it is read.
        proof: { command: { argv: proveEmpty, timeoutMs: patienceFor(drive.size) } },
      },
    }),
    // A unit of its own for going to rest would be two more looks at LVM.
    fill(lv, drive.size, "zero-new", ZERO_NEW_LV_SCRIPT, "ready"),
  ];
}

/** Fills so many bytes of an LV by one of the scripts; nothing of that can be undone, or has to be. */
function fill(lv: Lv, bytes: number, id: string, script: string, done: string, how: Proven = "any"): NodeStep {
  return step(lv, id, ["sh", "-c", script, "spindle", lv.uuid, lv.lv, ...lv.devices], {
    alreadyDone: lv.is(done),
    precondition: lv.prove(how),
    undo: "none",
    timeoutMs: patienceFor(bytes),
  });
}

function grow(context: Context, drive: DriveSpec, size: number): NodeStep[] {
  const lv = new Lv(context, drive);
  const tag = blankTag(drive.size);
  const added = size - drive.size;
  return [
    step(lv, "mark", ["lvchange", ...lv.devices, "--addtag", tag, "--", lv.name], {
      alreadyDone: lv.is("marked", size),
      precondition: lv.prove("any", added, drive.size),
      undo: {
        title: "unmark",
        argv: ["lvchange", ...lv.devices, "--deltag", tag, "--", lv.name],
        // Only as long as nothing was added: else the added part would count as handed out.
        proof: { ...lv.is("size", drive.size + 1), code: 1 },
      },
    }),
    step(lv, "extend", ["lvextend", ...lv.devices, "-L", `${size}b`, "--", lv.name], {
      alreadyDone: lv.is("size", size),
      precondition: lv.prove("any", added),
      undo: "none",
    }),
    fill(lv, added, "zero", ZERO_ADDED_SCRIPT, "blank"),
  ];
}

function relabel(context: Context, drive: DriveSpec, label: string): NodeStep[] {
  const lv = new Lv(context, drive);
  const change = (from: string, to: string) => [
    ...["lvchange", ...lv.devices, "--deltag", labelTag(from), "--addtag", labelTag(to), "--", lv.name],
  ];
  return [
    step(lv, "relabel", change(drive.label, label), {
      alreadyDone: lv.is("label", encodeLabel(label)),
      precondition: lv.prove("any"),
      undo: { title: "relabel-back", argv: change(label, drive.label), proof: lv.prove("any") },
    }),
  ];
}

const switched = (lv: Lv, flag: "-ay" | "-an") => ["lvchange", ...lv.devices, flag, "--", lv.name];

function activate(context: Context, drive: DriveSpec): NodeStep[] {
  const lv = new Lv(context, drive);
  return [
    step(lv, "activate", switched(lv, "-ay"), {
      alreadyDone: lv.is("active"),
      precondition: lv.prove("handed-out"),
      undo: { title: "deactivate", argv: switched(lv, "-an"), proof: lv.prove("closed") },
    }),
  ];
}

function deactivate(context: Context, drive: DriveSpec): NodeStep[] {
  const lv = new Lv(context, drive);
  return [
    step(lv, "deactivate", switched(lv, "-an"), {
      alreadyDone: lv.is("inactive"),
      precondition: lv.prove("closed"),
      undo: { title: "activate", argv: switched(lv, "-ay"), proof: lv.prove("any") },
    }),
  ];
}

/** Out of the way under a name that no drive has, for as long as its space is not free. */
function setAside(lv: Lv, aside: Lv): NodeStep {
  const rename = (from: Lv, to: Lv) => ["lvrename", ...lv.devices, "--", lv.vg, from.lv, to.lv];
  return step(lv, "aside", rename(lv, aside), {
    alreadyDone: lv.is("away"),
    precondition: lv.prove("closed"),
    undo: { title: "aside-back", argv: rename(aside, lv), proof: aside.prove("untouched") },
  });
}

function remove(context: Context, drive: DriveSpec, isWiping = false): NodeStep[] {
  const lv = new Lv(context, drive);
  const drop = (last: Lv, how: Proven) =>
    step(last, REMOVED, ["lvremove", ...last.devices, "-y", "--", last.name], {
      alreadyDone: lv.is("gone"),
      precondition: last.prove(how),
      undo: "none",
    });
  if (!context.config.wipe && !isWiping) return [drop(lv, "closed")];
  const aside = new Lv(context, drive, drive.id + ASIDE);
  return [setAside(lv, aside), fill(aside, drive.size, "wipe", WIPE_SCRIPT, "wiped", "closed"), drop(aside, "wiped")];
}

/** Drives as LVs: RAW, the whole size taken at creation, zeroed before anybody gets them, active only on demand. */
export const lvmDrives: DriveDriver<GroupConfig> = {
  format: "raw",
  activates: true,
  growsInUse: true,
  roundSize: (size, details) => {
    const extent = extentOf(details);
    return Math.ceil(size / extent) * extent;
  },
  reserve: (size) => size,
  room: (identity, _figures, details) => {
    const { extentSize = null, freeExtents = null } = readDetails(details).group ?? {};
    const isKnown = extentSize !== null && freeExtents !== null;
    return { key: lvmIdentity.parse(identity).vgUuid, free: isKnown ? extentSize * freeExtents : null };
  },
  writerLock: () => null,
  obstacle: (details, count) => {
    const { group, pvs } = readDetails(details);
    const metadataFree = group?.metadataFree ?? null;
    const missing = pvs.filter((pv) => pv.isMissing).length;
    if (missing > 0) return text("lvm.drive.partial", { count: missing });
    if (count > 0 && metadataFree !== null && metadataFree < METADATA_RESERVE + count * METADATA_PER_LV)
      return text("lvm.drive.no-metadata", { bytes: metadataFree });
    return null;
  },
  create,
  grow,
  relabel,
  activate,
  deactivate,
  remove,
};
