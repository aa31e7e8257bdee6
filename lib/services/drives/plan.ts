import type { DrivePlace } from "../../domain/drive.ts";
import type { DriveRequest } from "../../domain/drive-request.ts";
import { changeObstacle, driveObstacle, formatProblem, MAX_DRIVE, MIN_DRIVE, wholeSize } from "../../domain/drive.ts";
import { driveLabel } from "../../domain/names.ts";
import { isReached } from "../../domain/node.ts";
import { type NodeStep, PLAN_FORMAT, type Plan, type PlanTarget, type Step } from "../../domain/plan.ts";
import { FORMAT_BY_KIND } from "../../domain/storage.ts";
import { type Text, text } from "../../domain/text.ts";
import { formatBytes } from "../../domain/units.ts";
import { inStages } from "../../plans/stages.ts";
import type { DriveSpec } from "../../storage/contract.ts";
import { driveIdOf } from "./ids.ts";
import { driveView } from "./list.ts";
import { placeDrives, placesOf } from "./place.ts";
import type { DriveRow, NodeRow, StorageRow, World } from "./world.ts";

type Verb = DriveRequest["verb"];

/** One drive of a plan, as it is and as it will be; what the panel's own steps settle by. */
export interface PlannedDrive {
  id: string;
  clusterId: string;
  storageId: string;
  /** Where it is; of one that all nodes see, the one that acts. */
  nodeId: string;
  label: string;
  size: number;
  /** State before the plan; null for a new drive. */
  before: DriveRow["state"] | null;
  newLabel?: string;
  newSize?: number;
}

export interface Planned {
  plan: Plan | null;
  drives: PlannedDrive[];
  problems: Record<string, Text>;
  blockers: Text[];
  confirmName: string | null;
  places: DrivePlace[];
}

const NOTHING: Planned = { plan: null, drives: [], problems: {}, blockers: [], confirmName: null, places: [] };

/**
 * What a request comes to, from what is known now. Pure; writes nothing, contacts nothing. `shown`: the nodes that new
 * drives were shown on, which they keep as long as they can be there.
 */
export function planDrives(
  world: World,
  actorId: string,
  request: DriveRequest,
  shown: readonly string[] = [],
): Planned {
  return request.verb === "create" ? planCreate(world, actorId, request, shown) : planChange(world, request);
}

const specOf = ({ id, label, size }: DriveSpec): DriveSpec => ({ id, label, size });

function labelProblem(world: World, clusterId: string, label: string, own?: string): Text | null {
  const parsed = driveLabel.safeParse(label);
  if (!parsed.success) return text(parsed.error.issues[0]?.message ?? "drive.field.label");
  const lower = label.toLowerCase();
  const taken = world.drives.some(
    (drive) => drive.clusterId === clusterId && drive.id !== own && drive.label.toLowerCase() === lower,
  );
  return taken ? text("drive.rule.label-taken", { label }) : null;
}

function sizeProblem(size: number): Text | null {
  if (size >= MIN_DRIVE && size <= MAX_DRIVE) return null;
  return text("drive.field.size", { least: formatBytes(MIN_DRIVE), most: formatBytes(MAX_DRIVE) });
}

type Create = Extract<DriveRequest, { verb: "create" }>;

function createProblems(world: World, request: Create, storage: StorageRow): Record<string, Text> {
  const problems: Record<string, Text> = {};
  const put = (field: string, problem: Text | null) => {
    if (problem) problems[field] ??= problem;
  };
  put("format", formatProblem(storage.kind, request.format));
  put("size", sizeProblem(request.size));
  const node = request.nodeId === null ? null : world.node(request.nodeId);
  if (request.nodeId !== null && node?.clusterId !== storage.clusterId) put("nodeId", text("drive.rule.no-node"));
  const seen = new Set<string>();
  request.labels.forEach((label, index) => {
    put(`labels.${index}`, labelProblem(world, storage.clusterId, label));
    if (seen.has(label.toLowerCase())) put(`labels.${index}`, text("drive.rule.label-twice", { label }));
    seen.add(label.toLowerCase());
  });
  return problems;
}

function planCreate(world: World, actorId: string, request: Create, shown: readonly string[]): Planned {
  const storage = world.storage(request.storageId);
  if (!storage) return { ...NOTHING, problems: { storageId: text("drive.rule.no-storage") } };
  const places = placesOf(world, storage, request.labels.length);
  const problems = createProblems(world, request, storage);
  if (Object.keys(problems).length > 0) return { ...NOTHING, problems, places };
  const driver = world.driverOf(storage);
  const sizeOn = (nodeId: string) => driver.roundSize(wholeSize(request.size), world.details(nodeId, storage.id));
  // Nodes differ in their extents: the largest counts while it is not known which node it will be.
  const largest = Math.max(...places.map((place) => sizeOn(place.nodeId)), wholeSize(request.size));
  const reserve = request.labels.map(() => driver.reserve(largest));
  const { nodeIds, problem } = placeDrives(world, { storage, nodeId: request.nodeId, reserve, shown });
  if (problem) return { ...NOTHING, blockers: [problem], places };
  const drives = request.labels.map((label, index): PlannedDrive => {
    const nodeId = nodeIds[index] as string;
    const where = { clusterId: storage.clusterId, storageId: storage.id, nodeId };
    return { id: driveIdOf(actorId, request.key, index), ...where, label, size: sizeOn(nodeId), before: null };
  });
  const steps = drives.map((drive) => driver.create(contextOf(world, drive), specOf(drive)));
  const asked = request.size;
  const rounded = [...new Set(drives.map((drive) => drive.size))].filter((size) => size !== asked);
  const notes = rounded.map((size) =>
    text("drive.note.rounded", { asked: formatBytes(asked), size: formatBytes(size) }),
  );
  return { ...NOTHING, plan: planOf(world, "create", drives, steps, notes), drives, places };
}

function contextOf(world: World, drive: Pick<PlannedDrive, "nodeId" | "storageId">) {
  return world.context(world.node(drive.nodeId) as NodeRow, world.storage(drive.storageId) as StorageRow);
}

type Change = Exclude<DriveRequest, Create>;

function changeProblem(world: World, request: Change, row: DriveRow): [field: string, problem: Text] | null {
  if (request.verb === "rename") {
    if (request.label === row.label) return ["label", text("drive.rule.same-label")];
    const problem = labelProblem(world, row.clusterId, request.label, row.id);
    return problem && ["label", problem];
  }
  if (request.verb !== "grow") return null;
  const problem = sizeProblem(request.size);
  if (problem) return ["size", problem];
  // What failed half-way is gone on with by asking for the size it has.
  const least = row.state === "failed" ? row.size : row.size + 1;
  const values = { label: row.label, size: formatBytes(row.size) };
  return wholeSize(request.size) < least ? ["size", text("drive.rule.shrink", values)] : null;
}

/** The node that acts: the one that was asked for, where there is a choice. */
function actingOn(world: World, request: Change, row: DriveRow, storage: StorageRow): NodeRow | undefined {
  const wanted = request.verb === "activate" ? request.nodeId : undefined;
  if (wanted === undefined || !world.isShared(storage)) return world.actingNode(row, storage);
  return world.nodesOf(storage).find(({ id }) => id === wanted);
}

/** Why this drive can't be changed so now; null when it can. */
function blockerOf(world: World, request: Change, row: DriveRow): Text | null {
  const storage = world.storage(row.storageId);
  if (!storage) return text("drive.not-found");
  const node = actingOn(world, request, row, storage);
  if (!node) return text("drive.rule.no-node");
  const obstacle = driveObstacle(request.verb, driveView(world, row), world.driverOf(storage));
  if (obstacle) return obstacle;
  const away = changeObstacle(world.place(node, storage)) ?? othersObstacle(world, request, node, storage);
  if (away) return away;
  const unseen = world.unseenSince(row, storage);
  if (unseen) return text("drive.place.unseen", { node: unseen.name, storage: storage.name });
  const details = world.details(node.id, storage.id);
  return world.driverOf(storage).obstacle(details, 0);
}

/** What every node has to show first, before one acts. */
const ASK_ALL: readonly Verb[] = ["grow", "activate", "delete"];

/** Of a storage that all nodes share: a node that can't be asked what it has switched on; null where there is none. */
function othersObstacle(world: World, { verb }: Change, acting: NodeRow, storage: StorageRow): Text | null {
  if (!world.isShared(storage) || !ASK_ALL.includes(verb)) return null;
  const silent = world.nodesOf(storage).find((node) => node.id !== acting.id && !isReached(world.health(node.id)));
  return silent ? text("drive.place.others", { node: silent.name, storage: storage.name }) : null;
}

function planChange(world: World, request: Change): Planned {
  const rows = [...new Set(request.ids)].map((id) => world.drive(id));
  const known = rows.filter((row) => row !== undefined);
  if (known.length < rows.length) return { ...NOTHING, blockers: [text("drive.not-found")] };
  if (new Set(known.map((row) => row.clusterId)).size > 1)
    return { ...NOTHING, blockers: [text("drive.rule.several-clusters")] };
  const found = known.map((row) => changeProblem(world, request, row)).filter((problem) => problem !== null);
  const problems: Record<string, Text> = {};
  for (const [field, problem] of found) problems[field] ??= problem;
  const drives = known.map((row) => planned(world, request, row));
  // What stands in the way of several drives is said once.
  const inTheWay = known.flatMap((row) => blockerOf(world, request, row) ?? []);
  const blockers = [...new Map(inTheWay.map((blocker) => [JSON.stringify(blocker), blocker])).values()];
  if (request.verb === "grow" && found.length === 0) blockers.push(...growthBlockers(world, drives));
  const confirmName = request.verb === "delete" ? nameToType(world, known) : null;
  if (found.length > 0 || blockers.length > 0) return { ...NOTHING, problems, blockers, confirmName };
  const steps = drives.map((drive) => stepsOf(world, request, drive));
  const notes = request.verb === "delete" ? [text("drive.note.gone")] : [];
  return { ...NOTHING, plan: planOf(world, request.verb, drives, steps, notes), drives, confirmName };
}

/** The drive's own label, or for many their cluster's name. */
function nameToType(world: World, rows: readonly DriveRow[]): string | null {
  if (rows.length === 1) return rows[0]?.label ?? null;
  return world.clusters.find((cluster) => cluster.id === rows[0]?.clusterId)?.name ?? null;
}

function planned(world: World, request: Change, row: DriveRow): PlannedDrive {
  const { id, clusterId, storageId, label, size, state } = row;
  const storage = world.storage(storageId);
  const nodeId = (storage && actingOn(world, request, row, storage)?.id) ?? "";
  const drive = { id, clusterId, storageId, nodeId, label, size, before: state };
  if (request.verb === "rename") return { ...drive, newLabel: request.label };
  if (request.verb !== "grow" || !storage) return drive;
  const details = world.details(drive.nodeId, storageId);
  return { ...drive, newSize: world.driverOf(storage).roundSize(wholeSize(request.size), details) };
}

/** Together the drives may not grow by more than their nodes have free. */
function growthBlockers(world: World, drives: readonly PlannedDrive[]): Text[] {
  const wanted = new Map<string, { node: NodeRow; storage: StorageRow; bytes: number }>();
  for (const drive of drives) {
    const storage = world.storage(drive.storageId);
    const node = world.node(drive.nodeId);
    if (!storage || !node) continue;
    const driver = world.driverOf(storage);
    const bytes = driver.reserve(drive.newSize ?? drive.size) - driver.reserve(drive.size);
    const key = world.isShared(storage) ? storage.id : `${node.id}:${storage.id}`;
    wanted.set(key, { node, storage, bytes: (wanted.get(key)?.bytes ?? 0) + bytes });
  }
  return [...wanted.values()].flatMap(({ node, storage, bytes }) => {
    const free = world.free(node, storage);
    const values = { node: node.name, storage: storage.name };
    if (free === null) return [text("drive.place.unknown", values)];
    if (bytes <= free) return [];
    return [text("drive.no-space", { ...values, free: formatBytes(free), wanted: formatBytes(bytes) })];
  });
}

function stepsOf(world: World, request: Change, drive: PlannedDrive): NodeStep[] {
  const driver = world.driverOf(world.storage(drive.storageId) as StorageRow);
  const context = contextOf(world, drive);
  const spec = specOf(drive);
  switch (request.verb) {
    case "grow":
      return driver.grow(context, spec, drive.newSize ?? drive.size);
    case "rename":
      return driver.relabel(context, spec, drive.newLabel ?? drive.label);
    case "activate":
      return driver.activate(context, spec);
    case "deactivate":
      return driver.deactivate(context, spec);
    case "delete":
      return driver.remove(context, spec, world.volume(drive.nodeId, drive.storageId, drive.id)?.isWiping === true);
  }
}

/** A member as a plan talks to it. */
export function targetOf({ id, name, address, port, user, fingerprint, keySecret }: NodeRow): PlanTarget {
  return { key: id, label: name, address, port, user, fingerprint, nodeId: id, keySecret };
}

/** What the panel's own steps are given; see `settle.ts`. */
export interface DrivesInput {
  verb: Verb;
  drives: PlannedDrive[];
}

/** What is held over all nodes while these drives are changed, by drive; null where nothing is. */
function writerLocks(world: World, drives: readonly PlannedDrive[]): (string | null)[] {
  return drives.map(({ nodeId, storageId }) => {
    const storage = world.storage(storageId);
    const identity = world.identity(nodeId, storageId);
    return storage && identity ? world.driverOf(storage).writerLock(identity) : null;
  });
}

/**
 * Steps of several drives as one list. Where a lock makes one node the only writer, the nodes that act have their turns: the
 * next begins when the one before is through.
 */
function inTurns(drives: readonly PlannedDrive[], locks: readonly (string | null)[], steps: NodeStep[][]): NodeStep[] {
  const turns = new Map<string, string[]>();
  return steps.flatMap((own, index) => {
    const lock = locks[index];
    const nodeId = drives[index]?.nodeId;
    if (lock == null || nodeId === undefined) return own;
    const nodes = turns.get(lock) ?? [];
    turns.set(lock, nodes);
    if (!nodes.includes(nodeId)) nodes.push(nodeId);
    const turn = nodes.indexOf(nodeId);
    return own.map((step) => (step.stage ? { ...step, stage: step.stage + turn } : step));
  });
}

function planOf(world: World, verb: Verb, drives: PlannedDrive[], parts: NodeStep[][], notes: Text[]): Plan {
  const input: DrivesInput = { verb, drives };
  const bag = input as unknown as Record<string, unknown>;
  const begin: Step = {
    kind: "panel",
    id: "begin",
    title: text(verb === "create" ? "drive.step.begin-create" : "drive.step.begin"),
    action: "drives.begin",
    input: bag,
    undo: {
      title: text(verb === "create" ? "drive.step.begin-create-undo" : "drive.step.begin-undo"),
      action: "drives.begin",
      input: bag,
    },
  };
  const end: Step = {
    kind: "panel",
    id: "end",
    title: text("drive.step.end"),
    action: "drives.end",
    input: bag,
    undo: { none: text("drive.step.end-none") },
  };
  const writers = writerLocks(world, drives);
  const steps = inTurns(drives, writers, parts);
  const held = [...new Set(writers.filter((lock) => lock !== null))];
  const nodeIds = new Set(steps.map(({ target }) => target));
  return {
    format: PLAN_FORMAT,
    kind: `drives.${verb}`,
    title: text(`drive.plan.${verb}`, { count: drives.length, label: drives[0]?.label ?? "" }),
    targets: world.nodes.filter((node) => nodeIds.has(node.id)).map(targetOf),
    steps: [begin, ...inStages(steps, "meet"), end],
    // One change of a drive at a time. A node's own volume groups have one writer already: the node, by LVM's lock.
    locks: [...drives.map((drive) => `drive:${drive.id}`), ...held],
    ...(held.length > 0 ? { holds: held } : {}),
    notes,
  };
}

/** The format a storage's drives have; null where it holds none (S04). */
export const formatOf = (storage: Pick<StorageRow, "kind">) => FORMAT_BY_KIND[storage.kind];
