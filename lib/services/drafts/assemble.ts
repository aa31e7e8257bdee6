import type { NodeStep, Plan, PlanTarget, Step } from "../../domain/plan.ts";
import { PLAN_FORMAT } from "../../domain/plan.ts";
import type { PreflightGroup } from "../../domain/preflight.ts";
import type { StorageKind, Virtualization } from "../../domain/storage.ts";
import { type Text, text } from "../../domain/text.ts";
import type { Use } from "../../domain/uses.ts";
import type { Hypervisor, KnownMachine } from "../../hypervisor/contract.ts";
import type { ClusterDirs, Identity } from "../../storage/contract.ts";
import { inStages } from "../../plans/stages.ts";
import type { MachineFacts } from "./facts.ts";
import { judgeMachine, type MachineJudgement } from "./judge-machine.ts";
import { storagesLock } from "../storages/lock.ts";
import type { DraftKind } from "./of-cluster.ts";
import { previewSteps } from "./preview-steps.ts";

/** A storage of the draft whose config is valid. */
export interface PlannedStorage {
  key: string;
  id: string;
  kind: StorageKind;
  name: string;
  config: Record<string, unknown>;
  isMain: boolean;
}

/** A machine of the draft. `key` is the id that its node will have. */
export interface PlannedMachine {
  key: string;
  address: string;
  port: number;
  user: string;
  fingerprint: string | null;
  keySecret: string;
  passwordSecret: string | null;
  keyLine: string;
  facts: MachineFacts | null;
  choices: Record<string, Record<string, string>>;
}

/** Everything a plan is made from. Plain data: the same input gives the same plan. */
export interface PlanInput {
  kind: DraftKind;
  draftId: string;
  clusterId: string;
  clusterName: string;
  virtualization: Virtualization;
  hypervisor: Hypervisor;
  dirs: ClusterDirs;
  /** Those that are joined on each machine. */
  storages: PlannedStorage[];
  /** Those that each machine has already: looked at, so that no other takes their place. */
  present: PlannedStorage[];
  /** Not typed to their end: looked for with what there is, to help with the rest. */
  unfinished: Pick<PlannedStorage, "key" | "kind" | "config">[];
  machines: PlannedMachine[];
  panel: { id: string; epoch: number };
  /** Members of every cluster of the panel. */
  members: KnownMachine[];
  /** Things that storages of members have for themselves, such as volume groups by UUID. */
  takenThings: { scope: string; value: string; label: string; storageId: string }[];
  /** By storage: an identity that is pinned on a node that has it. */
  pinned: Record<string, Identity>;
}

export interface Assembled {
  plan: Plan | null;
  groups: Map<string, PreflightGroup[]>;
  judgements: Map<string, MachineJudgement>;
}

const PREVIEW_TARGET: PlanTarget = {
  key: "any",
  label: "",
  address: "",
  port: 22,
  user: "root",
  fingerprint: "",
  nodeId: "",
};

/** The task of each kind of draft. */
const TASKS: Record<DraftKind, { kind: string; title: string; step: string }> = {
  cluster: { kind: "cluster.create", title: "join.plan.create", step: "join.step.create-cluster" },
  join: { kind: "nodes.join", title: "join.plan.join", step: "join.step.add-nodes" },
  storage: { kind: "storage.add", title: "life.plan.add", step: "life.step.add" },
};

/** Judges every machine and makes the plan, from what is known now. Pure. */
export function assemble(input: PlanInput): Assembled {
  const judgements = new Map(input.machines.map((machine) => [machine.key, judgeMachine(input, machine)]));
  const groups = new Map([...judgements].map(([key, judgement]) => [key, judgement.groups]));
  return { plan: planOf(input, judgements), groups, judgements };
}

function targetOf(machine: PlannedMachine): PlanTarget {
  return {
    key: machine.key,
    label: machine.address,
    address: machine.address,
    port: machine.port,
    user: machine.user,
    fingerprint: machine.fingerprint ?? "",
    nodeId: machine.key,
    keySecret: machine.keySecret,
    ...(machine.passwordSecret ? { passwordSecret: machine.passwordSecret } : {}),
  };
}

/** Ids of steps are unique in a plan: the part and the machine go before them. */
function named(steps: readonly NodeStep[], prefix: string): NodeStep[] {
  return steps.map((step) => ({ ...step, id: `${prefix}.${step.id}` }));
}

function planOf(input: PlanInput, judgements: Map<string, MachineJudgement>): Plan | null {
  if (input.storages.length === 0 && input.machines.length === 0) return null;
  if (input.kind === "storage" && input.storages.length === 0) return null;
  if (input.machines.length === 0) return previewPlan(input);
  const steps: Step[] = [];
  const notes: Text[] = [];
  for (const [key, judgement] of judgements) steps.push(...named(judgement.access, key));
  if (input.machines.some((machine) => machine.passwordSecret)) steps.push(forgetStep(input));
  const own: NodeStep[] = [];
  for (const [key, judgement] of judgements) {
    own.push(...named(judgement.steps, key));
    notes.push(...judgement.notes);
  }
  steps.push(...inStages(own, "meet"));
  steps.push(recordStep(input, judgements));
  return {
    ...frame(input),
    targets: input.machines.map(targetOf),
    steps,
    locks: locksOf(input, judgements),
    ...holdsOf(judgements),
    notes: distinct(notes),
  };
}

/** What is made once for all nodes is nobody else's while it is not known whether it was. */
function holdsOf(judgements: Map<string, MachineJudgement>): Pick<Plan, "holds"> {
  const held = [...judgements.values()].flatMap((judgement) => judgement.held.map(lockOf));
  return held.length > 0 ? { holds: [...new Set(held)] } : {};
}

const lockOf = ({ scope, value }: Use) => `${scope}:${value}`;

function previewPlan(input: PlanInput): Plan {
  const { steps, notes } = previewSteps(input, PREVIEW_TARGET.key);
  return {
    ...frame(input),
    // A cluster without nodes takes storages on paper; they are joined with its nodes.
    targets: input.kind === "storage" ? [] : [PREVIEW_TARGET],
    steps: [
      ...(input.kind === "storage" ? [] : inStages(named(steps, PREVIEW_TARGET.key), "meet")),
      recordStep(input, new Map()),
    ],
    locks: input.kind === "storage" ? locksOf(input, new Map()) : [],
    notes: distinct(notes),
  };
}

function distinct(notes: Text[]): Text[] {
  return [...new Map(notes.map((note) => [JSON.stringify(note), note])).values()];
}

function frame(input: PlanInput): Pick<Plan, "format" | "kind" | "title"> {
  const values = { name: input.clusterName, count: input.machines.length };
  const { kind, title } = TASKS[input.kind];
  const storages = input.storages.map(({ name }) => name).join(", ");
  return {
    format: PLAN_FORMAT,
    kind,
    title: text(title, { ...values, storages, storageCount: input.storages.length }),
  };
}

/** Passwords have done their work once every key is in: gone in the transaction that says so. */
function forgetStep(input: PlanInput): Step {
  return {
    kind: "panel",
    id: "forget-passwords",
    title: text("join.step.forget"),
    action: "join.forget-passwords",
    input: { secrets: input.machines.flatMap((machine) => machine.passwordSecret ?? []) },
    undo: { none: text("join.step.forget-none") },
  };
}

/** What the last step writes into the panel's database. */
export interface RecordInput {
  draftId: string;
  cluster: { id: string; name: string; virtualization: Virtualization; imageDir: string; shareDir: string } | null;
  clusterId: string;
  storages: PlannedStorage[];
  nodes: RecordedNode[];
  /** Identities of new storages on nodes that the cluster has already. */
  joined: { nodeId: string; identities: Record<string, Identity> }[];
  /** What of an identity a step of the task prints, as lines `FIELD=VALUE`. */
  late: { nodeId: string; storageId: string; stepId: string; fields: string[] }[];
}

export interface RecordedNode {
  id: string;
  name: string;
  address: string;
  port: number;
  user: string;
  fingerprint: string;
  keySecret: string;
  machineId: string;
  facts: Record<string, unknown>;
  identities: Record<string, Identity>;
}

function recordStep(input: PlanInput, judgements: Map<string, MachineJudgement>): Step {
  const isNew = input.kind === "cluster";
  const record: RecordInput = {
    draftId: input.draftId,
    clusterId: input.clusterId,
    cluster: isNew
      ? { id: input.clusterId, name: input.clusterName, virtualization: input.virtualization, ...input.dirs }
      : null,
    storages: input.kind === "join" ? [] : input.storages,
    nodes:
      input.kind === "storage"
        ? []
        : input.machines.flatMap((machine) => recorded(machine, judgements.get(machine.key))),
    late: [...judgements].flatMap(([nodeId, { late }]) =>
      Object.entries(late).map(([storageId, { step, fields }]) => ({
        ...{ nodeId, storageId, fields, stepId: `${nodeId}.${step}` },
      })),
    ),
    joined: input.kind === "storage" ? [...judgements].map(([nodeId, { identities }]) => ({ nodeId, identities })) : [],
  };
  const { kind, step } = TASKS[input.kind];
  return {
    kind: "panel",
    id: "record",
    title: text(step, { name: input.clusterName }),
    action: kind,
    input: record as unknown as Record<string, unknown>,
    undo: { none: text("join.step.record-none") },
  };
}

function recorded(machine: PlannedMachine, judgement: MachineJudgement | undefined): RecordedNode[] {
  if (!judgement?.machine || !machine.fingerprint) return [];
  const { address, port, user, fingerprint, keySecret } = machine;
  const { known, summary } = judgement.machine;
  return [
    {
      id: machine.key,
      name: known.hostName,
      ...{ address, port, user, fingerprint, keySecret },
      machineId: known.machineId,
      facts: summary,
      identities: judgement.identities,
    },
  ];
}

/** Two tasks about one machine, one address or one new cluster's name never run at once. */
function locksOf(input: PlanInput, judgements: Map<string, MachineJudgement>): string[] {
  const locks = [`draft:${input.draftId}`];
  if (input.kind === "cluster") locks.push(`cluster-name:${input.clusterName.toLowerCase()}`);
  if (input.kind === "storage") locks.push(storagesLock(input.clusterId));
  for (const machine of input.machines) {
    locks.push(`node:${machine.key}`, `address:${machine.address.toLowerCase()}:${machine.port}`);
    const known = judgements.get(machine.key)?.machine?.known;
    if (known) locks.push(`machine:${known.machineId}`, `host-name:${known.hostName}`);
    for (const use of judgements.get(machine.key)?.things ?? []) locks.push(lockOf(use));
  }
  return [...new Set(locks)];
}
