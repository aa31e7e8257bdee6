import type { NodeStep } from "../../domain/plan.ts";
import type { PreflightGroup, PreflightRow } from "../../domain/preflight.ts";
import { type Text, text } from "../../domain/text.ts";
import { shareCapacity, type Use, usesCollide } from "../../domain/uses.ts";
import type { HostContext, Hypervisor, KnownMachine } from "../../hypervisor/contract.ts";
import type { Identity, JoinPlan, Ownership, SharedPart } from "../../storage/contract.ts";
import { type DirectoryFacts, placeInFileSystem } from "../../storage/directories.ts";
import { directoryRow, makeDirectorySteps } from "../../storage/directory-steps.ts";
import { requireDriver } from "../../storage/registry.ts";
import type { PlanInput, PlannedMachine, PlannedStorage } from "./assemble.ts";
import { basisOf, hostFactsOf } from "./facts.ts";

/** What is known of one machine: its rows, and, once they pass, its steps. */
export interface MachineJudgement {
  groups: PreflightGroup[];
  /** Everything was looked at, with the config as it is typed now. */
  isComplete: boolean;
  hasFailed: boolean;
  /** The step that lets the panel in, then the rest. Empty while something is missing. */
  access: NodeStep[];
  steps: NodeStep[];
  notes: Text[];
  identities: Record<string, Identity>;
  /** By storage: what of its identity a step of it says. */
  late: Record<string, { step: string; fields: string[] }>;
  things: Use[];
  /** Of `things`: those that all nodes share, which nobody else may take while it is not known what became of them. */
  held: Use[];
  machine: { known: Omit<KnownMachine, "label" | "clusterName">; summary: Record<string, unknown> } | null;
}

/** Who a storage belongs to: written on it as its mark. */
export function ownershipOf(input: PlanInput, storage: Pick<PlannedStorage, "id" | "name">): Ownership {
  return {
    panelId: input.panel.id,
    epoch: input.panel.epoch,
    clusterId: input.clusterId,
    clusterName: input.clusterName,
    storageId: storage.id,
    storageName: storage.name,
  };
}

/** A machine of the draft as the others must differ from it. */
function knownFrom(hypervisor: Hypervisor, machine: PlannedMachine): KnownMachine[] {
  const { facts } = machine;
  if (!facts?.hostDone) return [];
  return [{ label: machine.address, clusterName: null, ...hypervisor.machine(facts.host).known }];
}

function contextOf(input: PlanInput, machine: PlannedMachine): HostContext {
  const beside = input.machines.filter((other) => other.key !== machine.key);
  return {
    panelId: input.panel.id,
    nodeId: machine.key,
    user: machine.user,
    keyLine: machine.keyLine,
    isMember: input.kind === "storage",
    others:
      input.kind === "storage"
        ? []
        : [...input.members, ...beside.flatMap((other) => knownFrom(input.hypervisor, other))],
  };
}

/** What the facts of a storage were looked for with. */
export function storageBasis(storage: Pick<PlannedStorage, "kind" | "config">, dirs: PlanInput["dirs"]): string {
  return basisOf([storage.kind, storage.config, dirs]);
}

interface JudgedStorage {
  storage: PlannedStorage;
  join: JoinPlan | null;
  rows: PreflightRow[];
  isComplete: boolean;
}

function judgeStorage(input: PlanInput, machine: PlannedMachine, storage: PlannedStorage): JudgedStorage {
  const seen = machine.facts?.storages[storage.key];
  if (!seen || seen.basis !== storageBasis(storage, input.dirs))
    return { storage, join: null, rows: [], isComplete: false };
  if (seen.error) {
    const row: PreflightRow = {
      id: "look",
      state: "fail",
      title: text("join.row.look"),
      detail: seen.error.message,
      ...(seen.error.hint ? { advice: seen.error.hint } : {}),
    };
    return { storage, join: null, rows: [row], isComplete: true };
  }
  const join = requireDriver(storage.kind).join(
    {
      config: storage.config,
      dirs: input.dirs,
      owner: ownershipOf(input, storage),
      choices: machine.choices[storage.key] ?? {},
      target: machine.key,
      ...sharedPart(input, machine, storage),
    },
    seen.facts,
  );
  return { storage, join, rows: [...join.rows], isComplete: true };
}

/** Who does what is done once for all: the first machine, unless nodes of the cluster have done it already. */
function sharedPart(
  input: PlanInput,
  machine: PlannedMachine,
  { key, id, kind }: PlannedStorage,
): { shared?: SharedPart } {
  if (!requireDriver(kind).capabilities.shared) return {};
  const pinned = input.pinned[id] ?? null;
  const others = input.machines.flatMap(({ key: other, address, facts }) => {
    const seen = facts?.storages[key];
    return other !== machine.key && seen?.facts !== undefined ? [{ label: address, facts: seen.facts }] : [];
  });
  return { shared: { pinned, isFirst: pinned === null && machine.key === input.machines[0]?.key, others } };
}

/** Rows that no storage sees alone: the same place twice, one capacity twice, a thing that another node has. */
function addCollisions(input: PlanInput, present: JudgedStorage[], judged: JudgedStorage[], dirs: Use[]): void {
  judged.forEach(({ storage: own, join, rows }, index) => {
    // Whose place can't be told may be in the same one.
    for (const { storage, join: theirs, isComplete } of present)
      if (isComplete && !theirs) rows.push(untold(storage.name));
    for (const use of join?.uses ?? []) {
      for (const dir of dirs) if (usesCollide(use, dir)) rows.push(collision(use, dir.label));
      for (const other of [...present, ...judged.slice(0, index)]) {
        for (const theirs of other.join?.uses ?? []) {
          if (usesCollide(use, theirs)) rows.push(collision(use, `${theirs.label} (${other.storage.name})`));
          else if (shareCapacity(use, theirs)) rows.push(shared(other.storage.name));
        }
      }
      const taken =
        use.what === "thing" &&
        input.takenThings.find(
          // What all nodes share is the storage's own on every one of them.
          (thing) =>
            thing.scope === use.scope && thing.value === use.value && !(own.id === thing.storageId && isShared(own)),
        );
      if (taken) rows.push(collision(use, taken.label));
    }
  });
}

const isShared = ({ kind }: PlannedStorage) => requireDriver(kind).capabilities.shared;

function collision(use: Use, other: string): PreflightRow {
  return {
    id: "collision",
    state: "fail",
    title: text("join.row.collision"),
    detail: text(`join.collision.${use.what}`, { own: use.label, other }),
    advice: text("join.collision.advice"),
  };
}

function untold(other: string): PreflightRow {
  return {
    id: "collision",
    state: "fail",
    title: text("join.row.collision"),
    detail: text("join.collision.untold", { other }),
    advice: text("join.collision.untold-advice", { other }),
  };
}

function shared(other: string): PreflightRow {
  return {
    id: "shared-capacity",
    state: "warning",
    title: text("join.row.shared-capacity"),
    detail: text("join.collision.capacity", { other }),
    advice: text("join.collision.capacity-advice"),
  };
}

function dirRows(dirs: readonly DirectoryFacts[]): PreflightRow[] {
  return dirs.map((directory, index) => directoryRow(index === 0 ? "image-dir" : "share-dir", directory, "warning"));
}

function dirUses(dirs: readonly DirectoryFacts[]): Use[] {
  return dirs.map((directory) => {
    const place = placeInFileSystem(directory);
    return { what: "tree", scope: place.scope, value: place.path, label: directory.path };
  });
}

const asGroup = ({ isComplete }: JudgedStorage) => ({ complete: isComplete });

/** Judges one machine from what was found on it. Pure. */
export function judgeMachine(input: PlanInput, machine: PlannedMachine): MachineJudgement {
  const facts = machine.facts;
  const context = contextOf(input, machine);
  const host = facts ? hostFactsOf(input.hypervisor, facts) : {};
  const dirs = facts?.dirs && facts.dirsBasis === basisOf(input.dirs) ? facts.dirs : null;
  const judged = input.storages.map((storage) => judgeStorage(input, machine, storage));
  const present = input.present.map((storage) => judgeStorage(input, machine, storage));
  addCollisions(input, present, judged, dirs ? dirUses(dirs) : []);
  const hostDone = facts?.hostDone === true && dirs !== null;
  const groups: PreflightGroup[] = facts
    ? [
        {
          storageKey: null,
          rows: [...input.hypervisor.rows(host, context), ...dirRows(dirs ?? [])],
          complete: hostDone,
        },
        ...judged.map(({ storage, rows, isComplete }) => ({ storageKey: storage.key, rows, complete: isComplete })),
      ]
    : [];
  const isComplete = facts !== null && [...groups, ...present.map(asGroup)].every((group) => group.complete);
  const hasFailed = groups.some((group) => group.rows.some((row) => row.state === "fail"));
  const base = { groups, isComplete, hasFailed, machine: facts?.hostDone ? input.hypervisor.machine(host) : null };
  if (!facts?.hostDone || !isComplete || hasFailed)
    return { ...base, access: [], steps: [], notes: [], identities: {}, late: {}, things: [], held: [] };
  // What nodes of the cluster have already is not taken: it is joined while others work with it.
  const taken = judged.filter(({ storage }) => !input.pinned[storage.id]);
  const { install, prepare, notes } = input.hypervisor.steps(host, context, machine.key);
  return {
    ...base,
    access: install,
    steps: [...prepare, ...clusterDirSteps(machine.key, dirs ?? []), ...judged.flatMap(storageSteps)],
    notes: [...notes, ...judged.flatMap(({ join }) => join?.notes ?? [])],
    identities: Object.fromEntries(
      judged.flatMap(({ storage, join }) => (join?.identity ? [[storage.id, join.identity]] : [])),
    ),
    late: Object.fromEntries(
      judged.flatMap(({ storage, join }) =>
        join?.late ? [[storage.id, { ...join.late, step: stepId(storage, join.late.step) }]] : [],
      ),
    ),
    things: thingsOf(taken),
    held: thingsOf(taken.filter(({ storage }) => isShared(storage))),
  };
}

const thingsOf = (judged: readonly JudgedStorage[]): Use[] =>
  judged.flatMap(({ join }) => join?.uses ?? []).filter((use) => use.what === "thing");

/** The cluster's images, backups and operating systems: read by more than QEMU's own user. */
export function clusterDirSteps(target: string, dirs: readonly Pick<DirectoryFacts, "path" | "missing">[]): NodeStep[] {
  const made = new Set<string>();
  return dirs.flatMap((directory, index) => {
    // A parent that both lack is made once.
    const missing = directory.missing.filter((path) => !made.has(path));
    for (const path of missing) made.add(path);
    return makeDirectorySteps(
      target,
      index === 0 ? "image-dir" : "share-dir",
      { path: directory.path, missing },
      "0755",
    );
  });
}

const stepId = (storage: PlannedStorage, id: string) => `${storage.id}.${id}`;

function storageSteps({ storage, join }: JudgedStorage): NodeStep[] {
  return (join?.steps ?? []).map((step) => ({ ...step, id: stepId(storage, step.id) }));
}
