import type { NodeDisks } from "./disks.ts";
import type { ErrorView } from "./errors.ts";
import type { NodeWord, StorageWord } from "./badges.ts";
import type { Cause, Membership, NodeLive, NodeMode, StorageFigures, StorageLook } from "./live.ts";
import type { Need } from "./needs.ts";
import type { PartsVerb } from "./parts.ts";
import type { Plan, StepState, TaskState } from "./plan.ts";
import type { PreflightGroup } from "./preflight.ts";
import type { StorageKind, Virtualization } from "./storage.ts";
import type { Text } from "./text.ts";

/** What leaves the server for a page: the answers of the GET routes and of server components. Times are ISO strings. */

export interface StorageView {
  id: string;
  clusterId: string;
  name: string;
  kind: StorageKind;
  isMain: boolean;
  isEnabled: boolean;
  shared: boolean;
  config: Record<string, string | number | boolean>;
  /** What can be done with the disks that it is made of; empty where it is made of none. Its driver says it. */
  partsVerbs: readonly PartsVerb[];
  /** What changes of its parts have added to its settings, such as further targets: fields of its form once more. */
  more?: Record<string, string | number | boolean>[];
}

/** The form for where further disks of a storage are. */
export interface SourceFormView {
  title: Text;
  help: Text;
  fields: FormField[];
  /** What was typed for a task that is planned again; of a secret the id, where it can be used still, else nothing. */
  typed?: Record<string, string>;
}

/** A node as lists show it; a panel has hundreds of them, and every page carries them all. */
export interface NodeView {
  id: string;
  clusterId: string;
  name: string;
  address: string;
  membership: Membership;
  mode: NodeMode;
}

/** GET /api/nodes/ID: what only its own page and its storages' show. */
export interface NodeDetails {
  port: number;
  user: string;
  fingerprint: string;
  facts: Record<string, unknown>;
  createdAt: string;
  /** When the key was made that the panel signs in with; null where it is not kept. */
  keyMadeAt: string | null;
  /** By storage: the driver's own details of the last check; null before the first. */
  storages: Record<string, Record<string, unknown> | null>;
  disks: NodeDisks;
}

export interface ClusterView {
  id: string;
  name: string;
  virtualization: Virtualization;
  imageDir: string;
  shareDir: string;
  createdAt: string;
  storages: StorageView[];
  nodes: NodeView[];
  /** What is true of all of its nodes, where `nodes` are only those that the page shows at first. */
  sums?: ClusterSums;
}

/** A cluster's nodes as a whole. */
export interface ClusterSums {
  nodes: number;
  /** How many are shown with each word, and how many rows "only what is wrong" has. */
  words: Partial<Record<NodeWord, number>>;
  wrong: number;
  load: { cpu: number | null; memory: number | null };
  storages: Record<string, StorageSums>;
}

/** A storage over all nodes of its cluster. */
export interface StorageSums {
  totals: StorageFigures | null;
  /** Of one that all nodes see: the look that the totals are of. */
  newest: StorageLook | null;
  /** On how many nodes it was measured. */
  measured: number;
  /** What it adds to the cluster's space; `countedWith` is a storage's id. */
  added: { totals: StorageFigures | null; countedWith: string | null };
  /** Ids of storages that have one capacity with it somewhere. */
  sharing: string[];
  words: Partial<Record<StorageWord, number>>;
  /** The node on which it is fullest. */
  fullest: string | null;
}

/** What needs a person, worst first: how many there are, whether one is bad, and the first of them. */
export interface NeedsView {
  first: Need[];
  count: number;
  isBad: boolean;
}

/** GET /api/clusters: every cluster with its parts, and the last live state of every node: enough for overview and cluster pages. */
export interface PanelView {
  clusters: ClusterView[];
  live: NodeLive[];
  /** Where nodes were left away: what needs a person, counted over all, and the first of it. */
  needs?: NeedsView;
  /** Server time the ages in `live` count from, in milliseconds. */
  sentAt: number;
}

/** How many changes a node's page shows at first, and at most. */
export const HISTORY_PAGE = 20;
export const HISTORY_MOST = 500;

/** One change of a node's health, or of a storage's status on it. */
export interface HistoryChange {
  at: string;
  /** Null: the node itself. */
  storageId: string | null;
  /** Its name now; null once it is gone. */
  storage: string | null;
  from: string;
  to: string;
  cause: Cause | null;
  reason: Text | null;
}

/** Something that an administrator did to a node. */
export interface HistoryDeed {
  at: string;
  who: string;
  text: Text;
}

export type HistoryEntry = ({ kind: "status" } & HistoryChange) | ({ kind: "deed" } & HistoryDeed);

/** GET /api/nodes/ID/history */
export interface NodeHistory {
  /** Newest first. */
  entries: HistoryEntry[];
  hasMore: boolean;
}

export interface TaskRow {
  id: string;
  kind: string;
  title: Text;
  state: TaskState;
  clusterId: string | null;
  actorName: string;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  stepsDone: number;
  stepsTotal: number;
  current: Text | null;
  error: ErrorView | null;
}

export interface TaskStepView {
  position: number;
  stepId: string;
  state: StepState;
  exitCode: number | null;
  output: string | null;
  undoOutput: string | null;
  error: ErrorView | null;
  startedAt: string | null;
  endedAt: string | null;
}

/** How many lines of a log are sent at once. */
export const LOG_PART = 500;

/** How many of the last lines a task's page begins with. */
export const LOG_FIRST = 100;

export interface TaskLogLine {
  /** Grows with time; a place in the log. */
  id: number;
  position: number | null;
  at: string;
  line: string;
}

/** A step of a task's plan, as pages show it. */
export interface PlanStepView {
  id: string;
  title: Text;
  /** Label of the node that it runs on; null: the panel itself. */
  host: string | null;
  /** As a person would type it; null for what the panel does itself. */
  command: string | null;
  undo: { title: Text; command: string | null } | { none: Text };
}

/** GET /api/tasks/ID: how far a task is. Its log comes apart. */
export interface TaskProgress extends TaskRow {
  requestId: string;
  steps: TaskStepView[];
  /** Its form can be opened again with what was typed. */
  canReplan: boolean;
  /** It has ended, and keeps others away: the nodes on which it is not known what it did. Null where it does not. */
  heldFor: string | null;
}

/** A task with its plan. That never changes and can be megabytes, so it is sent once, with the page. */
export interface TaskView extends TaskProgress {
  plan: { steps: PlanStepView[]; notes: Text[] };
}

/** What is typed in the wizard; refused fields stay as typed, so everything here may still be invalid. */
export interface DraftData {
  name: string;
  virtualization: Virtualization;
  imageDir: string;
  shareDir: string;
  storages: { key: string; kind: StorageKind; name: string; config: Record<string, string | number | boolean> }[];
  mainKey: string | null;
  step: "name" | "storages" | "main" | "nodes" | "review";
}

export interface DraftNodeView {
  key: string;
  address: string;
  port: number;
  user: string;
  /** `member`: a node of the cluster, by the key the panel has for it. */
  credential: "password" | "key" | "member";
  /** One line for the machine's authorized_keys, for the credential `key`. */
  publicKey: string;
  seenFingerprint: string | null;
  fingerprint: string | null;
  state: "reading-key" | "confirm-key" | "looking" | "ready" | "blocked" | "failed";
  /** Host name, system, threads, memory: known after the look. */
  summary: { hostname?: string; system?: string; threads?: number; memory?: number };
  groups: PreflightGroup[];
  /** By storage: what was found that helps to fill its form. */
  found: Record<string, { id: string; text: Text; choice?: { field: string; value: string } }[]>;
  choices: Record<string, Record<string, string>>;
  error: ErrorView | null;
  lookedAt: string | null;
  /** False once the password or key is gone (used, or an hour old): the next look needs it again. */
  hasCredential: boolean;
}

/** GET /api/drafts/ID. A draft for a cluster that exists has the cluster's own storages in `data` as well. */
export interface DraftView {
  id: string;
  kind: "cluster" | "join" | "storage";
  clusterId: string | null;
  version: number;
  data: DraftData;
  /** Keys of the storages that the cluster has already: they stay as they are. */
  fixed: string[];
  nodes: DraftNodeView[];
  /** Sentences by field path for what is typed now (`name`, `storages.<key>.config.vmDir`, `mainKey`): shown once a field was left. */
  problems: Record<string, Text>;
  /** What would run, from what is known now; null while nothing is. */
  plan: Plan | null;
  /** Of the plan above: what is confirmed is what was shown. */
  digest: string | null;
  /** Why the plan can't be confirmed yet, in order; empty when it can. */
  blockers: Text[];
  /** The task that was started from this draft and has not ended; nothing can be changed meanwhile. */
  taskId: string | null;
}

/** Fields of a driver's form, made from its schema: what the wizard draws. */
export interface FormField {
  name: string;
  label: Text;
  help?: Text;
  placeholder?: string;
  widget: "text" | "path" | "number" | "switch" | "secret";
  default: string | number | boolean;
  /** A setting: it can be changed as long as the storage lives, because nothing on a node hangs on it. */
  isChangeable: boolean;
}

export interface StorageKindView {
  kind: StorageKind;
  /** One sentence about what it is. */
  description: Text;
  available: boolean;
  fields: FormField[];
}
