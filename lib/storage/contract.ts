import type { ZodObject, ZodRawShape, ZodType } from "zod";
import type { DriveAbilities } from "../domain/drive.ts";
import type { Cause, StorageCheck, StorageFigures } from "../domain/live.ts";
import type { Command, NodeStep } from "../domain/plan.ts";
import type { PartsView } from "../domain/parts.ts";
import type { PartsRequest } from "../domain/parts-request.ts";
import type { PreflightRow } from "../domain/preflight.ts";
import type { DriveFormat, StorageKind } from "../domain/storage.ts";
import type { Text } from "../domain/text.ts";
import type { Claim, Use } from "../domain/uses.ts";

/**
 * The contract of a storage driver. A driver is a folder and a line in `registry.ts`; nothing outside it names its
 * kind. It never sees the database: it is functions of (config, facts). What runs on a node is argv built by it,
 * what comes back is parsed by it.
 */

/** Result of one command on a node. `code: null` never leaves the SSH layer: that is an OutcomeUnknown error there. */
export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
  durationMs: number;
}

/** Runs a read on one node; secrets that it names are opened for it. Throws PanelError for a broken connection or a deadline; a non-zero exit is a result. */
export type Reader = (command: Command) => Promise<RunResult>;

/** Directories that belong to the cluster and are the same for all its storages (S08). */
export interface ClusterDirs {
  imageDir: string;
  shareDir: string;
}

/** Who the storage belongs to; written on the volume as the mark of ownership. */
export interface Ownership {
  panelId: string;
  clusterId: string;
  clusterName: string;
  storageId: string;
  storageName: string;
  epoch: number;
}

/** A node's part in a storage that all nodes of its cluster see; see `Capabilities.shared`. */
export interface SharedPart {
  /** Does what is done once for all nodes. */
  isFirst: boolean;
  /** Pinned on the nodes that have it; null where none has yet. */
  pinned: Identity | null;
  /** What was found on the other nodes of the same plan, as the driver's own facts. */
  others: readonly { label: string; facts: unknown }[];
}

export interface JoinContext<Config> {
  config: Config;
  dirs: ClusterDirs;
  owner: Ownership;
  /** Choices made so far for this node and storage, e.g. `{"rename": "<vg uuid>"}`. */
  choices: Record<string, string>;
  /** Key of the node in the plan. */
  target: string;
  /** Absent where each node has its own. */
  shared?: SharedPart;
}

/** Identity of the storage on one node, pinned at join: `{vgUuid}`, `{fsUuid, marker}`. Strings only; compared, never interpreted, outside the driver. */
export type Identity = Record<string, string>;

/** What a driver says about joining a storage on one node. Pure, from facts. */
export interface JoinPlan {
  rows: PreflightRow[];
  /** Steps in order; empty when a row failed. Ids are unique within the storage. Their stages are those of the whole plan. */
  steps: NodeStep[];
  identity: Identity | null;
  /** Fields of the identity that only the task can tell: the step prints a line `FIELD=VALUE` for each. */
  late?: { step: string; fields: string[] };
  notes: Text[];
  /** What it takes for itself on the node; compared with what the node's other storages take. */
  uses: Use[];
}

/**
 * A driver's part of the probe. `script` is constant POSIX sh that defines the function `check_<kind with _>`; the probe
 * runs it in a detached child with its output in a file, under a deadline, never two of one storage at once. The script
 * may define `watch_<kind with _>` as well: builtins only, nothing that can hang, run every second in the probe itself;
 * it sets `seen` to a short word, and when the word changes a check runs at once. A function `glance_KIND` may be there as
 * well: asked in the probe's own process while a check hangs, by what can't hang alone. What it prints, with another code than
 * 0, is then the check's end: that something is gone is told although whoever waits for it does not come back. All get `args`; `$own` is a file name
 * prefix for what the check keeps between runs, `$stamp` a file touched when the last check began.
 */
export interface ProbeFragment {
  script: string;
  args: string[];
  /** Between the ends of two checks, in seconds, at rest. */
  everySeconds: number;
  /** On the node, in seconds; later is `late`. */
  deadlineSeconds: number;
}

/** Raw end of one check, as the hub received it. */
export interface RawCheck {
  /** Exit status of the check's function; null when it was late. */
  code: number | null;
  lines: string[];
  durationMs: number;
}

export interface Capabilities {
  /**
   * All nodes of a cluster see one and the same: one capacity, one identity, one list of volumes, and what is done once is
   * done by one of them (see `SharedPart`).
   */
  shared: boolean;
  format: DriveFormat | null;
  /** Whether the space of a drive is taken at creation. */
  preallocated: boolean;
  /**
   * A node lets go of it also while it is lost there: what was made on the node lies on the node's own disk. Marks that lie on
   * the storage, once for all nodes, want it well all the same.
   */
  leavesLost: boolean;
}

/** What a look found on a node that concerns a storage's form, and the value it stands for, where it can be taken over. */
export interface Found {
  /** Unique among what was found for one storage on one node, and the same at the next look. */
  id: string;
  text: Text;
  choice?: { field: string; value: string };
}

/** A drive as its storage is told of it; label and size stand on the volume or beside it, for a lost database. */
export interface DriveSpec {
  /** Immutable, and the name on the storage. */
  id: string;
  label: string;
  /** Bytes, as `roundSize` answers. */
  size: number;
}

/** How something on a node is let go: a storage, or the node itself. */
export interface LeavePlan {
  /** In order; each takes away only what carries this panel's own mark, or what a join made and is empty. */
  steps: NodeStep[];
  /** What stays on the node where these steps can't run. */
  left: Text[];
}

/** A storage on a node, as it was joined there and looks now: where drives are changed. */
export interface DriveContext<Config> {
  config: Config;
  identity: Identity;
  owner: Ownership;
  /** What the storage's own check reported last on this node. */
  details: Record<string, unknown> | null;
  /** Key of the node in the plan. */
  target: string;
  /** Of a shared storage: keys of the other nodes that see its volumes, in the plan. */
  others?: string[];
}

/** The same, for whoever takes the storage away from the node or changes what it is made of. */
export interface LeaveContext<Config> extends DriveContext<Config> {
  dirs: ClusterDirs;
  /** Of a shared storage: this node takes away what was made once for all, since all nodes leave. */
  endsShared?: boolean;
}

/** What a storage has for drives on one node, in bytes, from its own check. */
export interface DriveRoom {
  /** Storages with the same key on one node share this room. */
  key: string;
  /** Null: not measured. */
  free: number | null;
}

/** Id of the last step of every deletion, behind the drive's own. */
export const REMOVED = "remove";

/**
 * The drive half of a driver: pure builders of steps from (config, identity, drive). Step ids are unique for one drive;
 * every step that changes something proves storage and volume by identity right before it acts, and is a no-op where its
 * effect is there already.
 */
export interface DriveDriver<Config = unknown> extends DriveAbilities {
  format: DriveFormat;
  /** The size it really gets, in bytes; `details` are what the storage's check reported. */
  roundSize(size: number, details: Record<string, unknown> | null): number;
  /** The most that a drive of this size may come to take, in bytes, its metadata included. */
  reserve(size: number): number;
  room(identity: Identity, figures: StorageFigures | null, details: Record<string, unknown> | null): DriveRoom;
  /**
   * What a task holds while it changes something here, over all nodes and clusters: who has it is the only writer. Null
   * where each node keeps its writers apart itself.
   */
  writerLock(identity: Identity): string | null;
  /** Why it takes no change now, from its own check; null when it does. */
  obstacle(details: Record<string, unknown> | null, count: number): Text | null;
  /** Makes a drive that shows nothing of what was there before. */
  create(context: DriveContext<Config>, drive: DriveSpec): NodeStep[];
  /** From `drive.size` to `size`; what is added shows nothing of what was there before. */
  grow(context: DriveContext<Config>, drive: DriveSpec, size: number): NodeStep[];
  relabel(context: DriveContext<Config>, drive: DriveSpec, label: string): NodeStep[];
  /** Empty where the storage knows no such state. */
  activate(context: DriveContext<Config>, drive: DriveSpec): NodeStep[];
  deactivate(context: DriveContext<Config>, drive: DriveSpec): NodeStep[];
  /**
   * The last step's id is `REMOVED`; once it is done, the volume is gone. `isWiping`: an earlier deletion has begun to wipe
   * it, and is gone on with whatever the storage's setting is by now.
   */
  remove(context: DriveContext<Config>, drive: DriveSpec, isWiping?: boolean): NodeStep[];
}

/** Where disks of a storage are reached, as it was typed: values of the fields of a `SourceForm`. */
export type Source = Record<string, string>;

/** What is asked for where the disks of a storage can come from somewhere else than what it has already, such as an iSCSI target. */
export interface SourceForm<Config> {
  title: Text;
  help: Text;
  /** Strict zod object of texts; its fields have `.meta` as `StorageDriver.config` has. */
  fields: ZodObject<ZodRawShape>;
  /** As `StorageDriver.secrets`. */
  secrets: Record<string, ZodType<string>>;
  /** Fields that are often the same as the storage's own of that name. */
  alike: readonly string[];
  /** What stands against one beside what the storage has, by field. */
  problems(config: Config, source: Source): Record<string, Text>;
}

/** A storage on one node whose parts are changed. `source`: looked at as well, and taken where a disk of it is. */
export type PartsContext<Config> = LeaveContext<Config> & { source?: Source };

/** What a change of parts comes to. */
export interface PartsPlan {
  problems: Record<string, Text>;
  blockers: Text[];
  /** Of a shared storage on every node that sees it (see `DriveContext.others`), in stages where nodes have to wait for each other. */
  steps: NodeStep[];
  /** What is pinned anew once they are done, on each of these nodes: fields of the identity. */
  identity: Identity;
  /** Fields of the storage's config that become others with it, such as a list of targets. */
  config?: Record<string, unknown>;
  notes: Text[];
}

/** The half of a driver whose storages are made of disks, and can be given others, grown with them, or freed of one (B04, P15). */
export interface PartsDriver<Config = unknown, Facts = unknown, Request extends PartsRequest = PartsRequest> {
  /** What it can do. Everything else is offered nowhere, and refused before a node is asked. */
  verbs: readonly Request["verb"][];
  /** Why it can't do the rest, and what to do instead; left out where that goes without saying. */
  otherVerbs?: Text;
  /** What is looked at on the node; reads only. */
  facts(read: Reader, context: PartsContext<Config>): Promise<Facts>;
  view(facts: Facts): Pick<PartsView, "disks" | "parts" | "sourceProblems">;
  /** Facts and a request → steps. Pure. */
  plan(context: PartsContext<Config>, facts: Facts, request: Request): PartsPlan;
  /** Left out where disks are a node's own. */
  source?: SourceForm<Config>;
}

/** Something on a node that belongs to no storage that the node has (P16). */
export interface Leftover {
  /** The same at the next look, as long as it is there. */
  id: string;
  text: Text;
  /** Why it is not cleared now; null when it can be. */
  obstacle: Text | null;
}

/** A node, and the storages of one kind that are joined there. */
export interface LeftoversContext {
  panelId: string;
  /** Key of the node in the plan. */
  target: string;
  kept: { storageId: string; config: unknown; identity: Identity }[];
}

/** What a kind of storage leaves behind where something went wrong: only what is provably the panel's own. */
export interface LeftoversDriver<Facts = unknown> {
  /** What is looked at on the node; reads only. */
  facts(read: Reader, context: LeftoversContext): Promise<Facts>;
  view(context: LeftoversContext, facts: Facts): Leftover[];
  /** Clears one; each step proves once more that nothing uses what it takes away. Ids are unique among those of one leftover. Pure. */
  clear(context: LeftoversContext, facts: Facts, id: string): NodeStep[];
}

/** Something that nodes contradict each other in. */
export interface Drift {
  /** The same as long as it lasts. */
  id: string;
  /** Ids of the nodes that it is about. */
  nodes: string[];
  cause: Cause;
}

export interface StorageDriver<Config = unknown, Facts = unknown> {
  kind: StorageKind;
  /** Strict zod object; every field has `.meta({label, help, placeholder?})` as catalogue keys, last in its chain. `changeable: true`: nothing on a node hangs on it. */
  config: ZodObject<ZodRawShape>;
  capabilities: Capabilities;
  /** What may be typed into the fields that take a secret (see `secretField`), by field; left out where there is none. */
  secrets?: Record<string, ZodType<string>>;
  /** Debian packages that a node needs for it. */
  packages: readonly string[];
  /** Names that no other storage of the cluster may use: `{what: "directory", value: "/vm", field: "vmDir"}`. */
  claims(config: Config): Claim[];
  /** What a pinned identity has for itself, over all nodes of the panel. */
  things(identity: Identity): { scope: string; value: string }[];
  /**
   * What of a form that is not complete yet is enough to look with, for `facts` and `found` alone; null: nothing. Left out
   * where only a complete one is looked with.
   */
  looksWith?(typed: Record<string, unknown>): Config | null;
  /** What is looked at on the node before a join; reads only, each with its own deadline. */
  facts(read: Reader, config: Config, dirs: ClusterDirs): Promise<Facts>;
  /** Facts → what helps to fill the form, whatever is typed there now. */
  found(facts: Facts): Found[];
  /** Facts → rows, steps, identity. */
  join(context: JoinContext<Config>, facts: Facts): JoinPlan;
  /** Steps as far as they are known without a node, for the wizard's preview. */
  preview(context: JoinContext<Config>): { steps: NodeStep[]; notes: Text[] };
  /**
   * Steps that take the panel's marks of this storage off one node, and what its join made there as far as it is empty.
   * Nothing else is touched, and what is gone already is no failure. Ids are unique within the storage. Pure.
   */
  leave(context: LeaveContext<Config>): LeavePlan;
  probe(config: Config, dirs: ClusterDirs, identity: Identity, owner: Ownership): ProbeFragment;
  readCheck(config: Config, dirs: ClusterDirs, identity: Identity, raw: RawCheck, owner: Ownership): StorageCheck;
  /**
   * What is wrong in what several nodes report of a shared storage together, each of them well by itself. `looks`: details of
   * each node's last check, by the node's id; they were not taken at one moment.
   */
  compare?(looks: ReadonlyMap<string, Record<string, unknown>>): Drift[];
  drives: DriveDriver<Config>;
  /** Null where a storage has no parts that are disks. */
  parts: PartsDriver<Config> | null;
  /** Left out where nothing of a storage outlives it. */
  leftovers?: LeftoversDriver;
}
