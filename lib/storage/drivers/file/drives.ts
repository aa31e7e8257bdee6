import type { Check, NodeStep } from "../../../domain/plan.ts";
import { type DriveContext, type DriveDriver, type DriveSpec, REMOVED } from "../../contract.ts";
import { driveCheck, driveSteps } from "../../drive-steps.ts";
import type { FileConfig } from "./config.ts";
import {
  besideOf,
  CREATE_SCRIPT,
  DESCRIBE_SCRIPT,
  EMPTY_SCRIPT,
  IS_SCRIPT,
  imageOf,
  PROVE_SCRIPT,
  REMOVE_SCRIPT,
  UNDESCRIBE_SCRIPT,
} from "./drive-scripts.ts";
import { fileIdentity } from "./identity.ts";

type Context = DriveContext<FileConfig>;

/** The line beside an image; its first words are what checks look for, so their order is part of the format. */
export function besideLine({ owner }: Pick<Context, "owner">, drive: DriveSpec): string {
  const { panelId, clusterId, storageId, epoch } = owner;
  const mark = { panel: panelId, cluster: clusterId, storage: storageId, drive: drive.id };
  return JSON.stringify({ ...mark, epoch, label: drive.label, size: drive.size, format: "qcow2", owner: null });
}

/** With what is printed by what goes wrong. */
const step = driveSteps("file", {
  "in-use": ['Failed to get "write" lock'],
  "no-space": ["No space left on device"],
  "read-only": ["Read-only file system"],
  "other-directory": [],
  "not-ours": [],
  "image-gone": [],
  "other-size": [],
});

/** One drive in one directory: what every command about it begins with. */
class Image {
  readonly dir: string;
  readonly mark: string;
  readonly context: Context;
  readonly drive: DriveSpec;

  constructor(context: Context, drive: DriveSpec) {
    this.dir = context.config.vmDir;
    this.mark = fileIdentity.parse(context.identity).marker;
    this.context = context;
    this.drive = drive;
  }

  get path(): string {
    return imageOf(this.dir, this.drive.id);
  }

  get beside(): string {
    return besideOf(this.dir, this.drive.id);
  }

  is(what: string, value: string | number = ""): Check {
    return driveCheck(["sh", "-c", IS_SCRIPT, "spindle", this.dir, this.mark, this.drive.id, what, String(value)]);
  }

  prove(how: "absent" | "any" | "closed" | "removable", bytes = 0, size: number | "" = ""): Check {
    const { panelId, storageId } = this.context.owner;
    const head = ["sh", "-c", PROVE_SCRIPT, "spindle", this.dir, this.mark, this.drive.id, how];
    return driveCheck([...head, panelId, storageId, String(bytes), String(size)]);
  }

  isEmpty(): Check {
    return driveCheck(["sh", "-c", EMPTY_SCRIPT, "spindle", this.path, this.dir, this.mark]);
  }

  /** Writes the line beside the image anew; the old one is what undoes it. */
  describe(line: string, before: string): NodeStep {
    const write = (to: string) => ["sh", "-c", DESCRIBE_SCRIPT, "spindle", this.beside, to, this.path];
    return step(this, "describe", write(line), {
      alreadyDone: this.is("described", line),
      precondition: this.prove("any"),
      undo: { title: "describe-back", argv: write(before), proof: this.prove("any") },
    });
  }

  get words(): Record<string, string> {
    return { path: this.path, dir: this.dir, label: this.drive.label };
  }

  get target(): string {
    return this.context.target;
  }
}

/** Less than this stays free for what the file system and others need. */
const HEADROOM = 16 * 1024 ** 2;

function create(context: Context, drive: DriveSpec): NodeStep[] {
  const image = new Image(context, drive);
  const line = besideLine(context, drive);
  return [
    // First, so that no image ever stands there without a word of whose it is.
    step(image, "describe", ["sh", "-c", DESCRIBE_SCRIPT, "spindle", image.beside, line], {
      alreadyDone: image.is("described", line),
      precondition: image.prove("absent", HEADROOM),
      undo: {
        title: "undescribe",
        argv: ["sh", "-c", UNDESCRIBE_SCRIPT, "spindle", image.beside, line, image.path],
        proof: image.prove("absent"),
      },
    }),
    step(image, "create", ["sh", "-c", CREATE_SCRIPT, "spindle", image.path, String(drive.size)], {
      alreadyDone: image.is("made", drive.size),
      precondition: image.prove("absent", HEADROOM),
      undo: { title: "take-back", argv: ["rm", "-f", "--", image.path], proof: image.isEmpty() },
    }),
  ];
}

function grow(context: Context, drive: DriveSpec, wanted: number): NodeStep[] {
  const image = new Image(context, drive);
  const size = Math.max(wanted, drive.size);
  const before = drive.size === size ? "" : drive.size;
  return [
    step(image, "resize", ["qemu-img", "resize", "-q", "-f", "qcow2", "--", image.path, String(size)], {
      alreadyDone: image.is("size", size),
      precondition: image.prove("closed", 0, before),
      undo: "none",
    }),
    image.describe(besideLine(context, { ...drive, size }), besideLine(context, drive)),
  ];
}

function relabel(context: Context, drive: DriveSpec, label: string): NodeStep[] {
  const image = new Image(context, drive);
  return [image.describe(besideLine(context, { ...drive, label }), besideLine(context, drive))];
}

function remove(context: Context, drive: DriveSpec): NodeStep[] {
  const image = new Image(context, drive);
  return [
    step(image, REMOVED, ["sh", "-c", REMOVE_SCRIPT, "spindle", image.path, image.beside, image.dir], {
      alreadyDone: image.is("gone"),
      precondition: image.prove("removable"),
      undo: "none",
    }),
  ];
}

/** Drives as Qcow2 files: space is taken as the guest writes; the size, label and owner stand in a file beside each. */
export const fileDrives: DriveDriver<FileConfig> = {
  format: "qcow2",
  activates: false,
  growsInUse: false,
  roundSize: (size) => size,
  // Of 64 KiB clusters: 8 bytes of table and 2 of reference count each, and the head.
  reserve: (size) => size + Math.ceil(size / 8192) + Math.ceil(size / 32768) + 1024 ** 2,
  room: (identity, figures) => ({ key: fileIdentity.parse(identity).vmFs, free: figures?.free ?? null }),
  writerLock: () => null,
  obstacle: () => null,
  create,
  grow,
  relabel,
  activate: () => [],
  deactivate: () => [],
  remove,
};
