import type { NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import type { DriveContext, DriveDriver, DriveSpec } from "../../contract.ts";
import { driveFailures } from "../../drive-failures.ts";
import { ASIDE } from "../../lvm/aside.ts";
import { lvmDrives } from "../../lvm/drives.ts";
import { lvmIdentity } from "../../lvm/identity.ts";
import type { NetworkLvmConfig } from "./config.ts";
import { wwidsOf } from "./identity.ts";
import { readBack } from "./read-back.ts";
import { DROP_MAPS, NO_MAP, PROVE_NO_MAP } from "./map-script.ts";
import { onlyLuns } from "./wwid.ts";

type Context = DriveContext<NetworkLvmConfig>;

const CHECK_MS = 60_000;

/** LVM's part of each step, on the LUNs. */
const onLuns = (context: Context) => ({ ...context, devices: onlyLuns(wwidsOf(context.identity)) });

/** As the device mapper writes names: every dash twice. */
const mapped = (name: string) => name.replaceAll("-", "--");

/** Names that the kernel's maps of a drive may have: its own, and the one under which it is wiped. */
const mapNames = ({ config }: Context, { id }: DriveSpec) =>
  [id, id + ASIDE].map((lv) => `${mapped(config.vgName)}-${mapped(lv)}`);

/** One look at each of the other nodes, before anything is done on this one. */
function onOthers(context: Context, drive: DriveSpec, what: "prove" | "drop"): NodeStep[] {
  const { config, identity, others = [] } = context;
  const words = [lvmIdentity.parse(identity).vgUuid.replaceAll("-", ""), ...mapNames(context, drive)];
  const values = { lv: `${config.vgName}/${drive.id}`, vg: config.vgName, label: drive.label };
  const script = what === "prove" ? PROVE_NO_MAP : DROP_MAPS;
  return others.map((target) => ({
    ...{ kind: "node", id: `${drive.id}.${what}-${target}`, target, isProof: true },
    title: text(`network-lvm.drive.${what}`, values),
    command: { argv: ["sh", "-c", script, "spindle", ...words], timeoutMs: CHECK_MS },
    alreadyDone: { command: { argv: ["sh", "-c", NO_MAP, "spindle", ...words], timeoutMs: CHECK_MS } },
    failures: driveFailures("network-lvm", values, { elsewhere: [], "in-use": [] }),
    undo: { none: text(`network-lvm.drive.${what}-none`) },
  }));
}

/**
 * Steps of the one node that acts, after what the others show. What a command says it wrote is read back: another writer, who
 * should not be there, can have written over it.
 */
const later = (steps: readonly NodeStep[]): NodeStep[] => readBack(steps).map((step) => ({ ...step, stage: 1 }));

/** First what the other nodes have to show, then the steps on the one that acts. */
function after(context: Context, drive: DriveSpec, what: "prove" | "drop", steps: readonly NodeStep[]): NodeStep[] {
  return [...onOthers(context, drive, what), ...later(steps)];
}

/**
 * Drives as LVs of a group that all nodes see: one node acts, and is the only writer as long as its task lasts; an LV is
 * active on one node alone, which every other has shown before; extents are free once no node maps them.
 */
export const networkLvmDrives: DriveDriver<NetworkLvmConfig> = {
  ...lvmDrives,
  writerLock: (identity) => `volume-group:${lvmIdentity.parse(identity).vgUuid}`,
  create: (context, drive) => later(lvmDrives.create(onLuns(context), drive)),
  relabel: (context, drive, label) => later(lvmDrives.relabel(onLuns(context), drive, label)),
  // The node that has it switched on would go on with its old size.
  grow: (context, drive, size) => after(context, drive, "prove", lvmDrives.grow(onLuns(context), drive, size)),
  activate: (context, drive) => after(context, drive, "prove", lvmDrives.activate(onLuns(context), drive)),
  deactivate: (context, drive) => later(lvmDrives.deactivate(onLuns(context), drive)),
  remove: (context, drive, isWiping) =>
    after(context, drive, "drop", lvmDrives.remove(onLuns(context), drive, isWiping)),
};
