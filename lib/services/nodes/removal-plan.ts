import { type ActedNode, isReached, type NodeDrive, type NodeRemovalView, nodeObstacle } from "../../domain/node.ts";
import { type NodeStep, PLAN_FORMAT, type Plan, type Step } from "../../domain/plan.ts";
import { type Text, text } from "../../domain/text.ts";
import { naturalOrder } from "../../domain/units.ts";
import type { Hypervisor } from "../../hypervisor/contract.ts";
import { say } from "../../plans/say.ts";
import type { LeavePlan } from "../../storage/contract.ts";
import { targetOf } from "../drives/plan.ts";
import type { NodeRow, StorageRow, World } from "../drives/world.ts";
import { endingNode, leaveObstacle, leavePlan } from "../storages/leave.ts";
import type { Planned } from "../tasks/start-plan.ts";

export type PlannedRemoval = Planned & Pick<NodeRemovalView, "canForce" | "left">;

/** What the panel's own steps of a removal are given; see `removal.ts`. */
export interface RemovalInput {
  nodeId: string;
  clusterId: string;
  name: string;
  address: string;
  machineId: string;
  keySecret: string;
  /** As it was before; what an undo goes back to. */
  membership: NodeRow["membership"];
  isForced: boolean;
  /** Drives whose rows go with the node; there may be no others on it. */
  drives: Pick<NodeDrive, "id" | "label" | "storage">[];
  left: Text[];
}

/** All that a removal is planned from. */
export interface RemovalFacts {
  world: World;
  node: NodeRow;
  acted: ActedNode;
  drives: NodeDrive[];
  hypervisor: Hypervisor;
  panelId: string;
  /** `ssh-ed25519 AAAA…`; null where the key that signs in is not kept any more. */
  publicKey: string | null;
}

/** Labels in a sentence: the first ones. */
const NAMED = 5;

/** A storage that was joined on the node, and what letting go of it comes to. */
interface Held {
  storage: StorageRow;
  leave: LeavePlan;
  /** It can't be asked to let go now. */
  isAway: boolean;
}

function heldStorages({ world, node }: RemovalFacts, isWhole: boolean): Held[] {
  return world.storages
    .filter((storage) => storage.clusterId === node.clusterId)
    .flatMap((storage) => {
      const leave = leavePlan(world, node, storage, isWhole && endingNode(world, storage)?.id === node.id);
      return leave ? [{ storage, leave, isAway: leaveObstacle(world, node, storage) !== null }] : [];
    });
}

function drivesBlocker(node: NodeRow, drives: readonly NodeDrive[]): Text[] {
  if (drives.length === 0) return [];
  const labels = drives.map((drive) => drive.label).toSorted(naturalOrder);
  const named = labels.slice(0, NAMED).join(", ") + (labels.length > NAMED ? ", …" : "");
  return [text("node.remove.drives", { node: node.name, count: drives.length, labels: named })];
}

function named(steps: readonly NodeStep[], prefix: string): NodeStep[] {
  return steps.map((step) => ({ ...step, id: `${prefix}.${step.id}` }));
}

/**
 * Storages whose volumes the node may go on mapping once it is forgotten: it is not asked for maps any more before space is
 * freed, so the next drive would lie where it still writes. Its own volumes nobody else frees.
 */
function mappedStill({ world, node }: RemovalFacts, away: readonly Held[]): string {
  const writes = ({ storage }: Held) => {
    const identity = world.identity(node.id, storage.id);
    return identity && world.isShared(storage) && world.driverOf(storage).writerLock(identity) !== null;
  };
  return away
    .filter(writes)
    .map(({ storage }) => storage.name)
    .join(", ");
}

/** Where the machine can't be reached, everything on it stays. */
function canWork({ acted, publicKey }: RemovalFacts): boolean {
  return isReached(acted) && publicKey !== null;
}

/** How one node leaves, in parts: its own removal puts them together, and so does that of its whole cluster. */
export interface Parting {
  /** What stands in the way, but can be overridden by force: then `steps` leave out what can't be done. */
  blockers: Text[];
  /** The panel's own: before the node's steps, and after them. */
  begin: Step;
  end: Step;
  /** On the node, in order; the last one takes the way in away. Empty where it can't be worked on. */
  steps: NodeStep[];
  /** What would run there as well, could it be done now. */
  unrun: NodeStep[];
  /** What stays behind there, in words. */
  left: Text[];
  /** Only a machine that is powered off may be forgotten so: somebody has to say that it is. */
  mustBeOff: boolean;
}

/** What removing a node comes to, whatever stands in the way. `isWhole`: the whole cluster goes. Pure. */
export function partingOf(facts: RemovalFacts, isWhole = false): Parting {
  const { node, drives, hypervisor, panelId, publicKey } = facts;
  const works = canWork(facts);
  const held = heldStorages(facts, isWhole);
  const away = works ? held.filter((one) => one.isAway) : held;
  const maps = { node: node.name, storages: isWhole ? "" : mappedStill(facts, away) };
  const mustBeOff = maps.storages !== "";
  const blockers = [
    ...(works ? [] : [text("node.remove.not-reached", { node: node.name })]),
    ...(mustBeOff ? [text("node.remove.maps", maps)] : []),
    ...(works ? away : []).map(({ storage }) => text("life.obstacle.left", { node: node.name, storage: storage.name })),
    ...drivesBlocker(node, drives),
  ];
  const host = hypervisor.leave({ panelId, nodeId: node.id, user: node.user, publicKey: publicKey ?? "" }, node.id);
  const hostSteps = named(host.steps, "host");
  const stepsOf = (list: readonly Held[]) => list.flatMap(({ storage, leave }) => named(leave.steps, storage.id));
  const left = [
    ...(mustBeOff ? [text("node.left.maps", maps)] : []),
    ...drives
      .toSorted((a, b) => naturalOrder(a.label, b.label))
      .map(({ id, label, storage }) => text("node.left.drive", { label, id, storage })),
    ...away.flatMap(({ leave }) => leave.left),
    ...(works ? [] : host.left),
  ];
  return {
    ...ownSteps(facts, left, blockers.length > 0),
    blockers,
    steps: works ? [...stepsOf(held.filter((one) => !one.isAway)), ...hostSteps] : [],
    // Without the key's body its line can't be told from others.
    unrun: [...stepsOf(away), ...(works ? [] : hostSteps.filter((step) => !step.exit || publicKey !== null))],
    left,
    mustBeOff,
  };
}

function ownSteps({ node, drives }: RemovalFacts, left: Text[], isForced: boolean): Pick<Parting, "begin" | "end"> {
  const { id: nodeId, clusterId, name, address, machineId, keySecret, membership } = node;
  const gone = drives.map(({ id, label, storage }) => ({ id, label, storage }));
  const where = { nodeId, clusterId, name, address, machineId, keySecret, membership };
  const input: RemovalInput = { ...where, isForced, drives: gone, left };
  const bag = input as unknown as Record<string, unknown>;
  return {
    begin: {
      kind: "panel",
      id: "begin",
      title: text("node.step.leave", { node: name }),
      action: "node.leave",
      input: bag,
      undo: { title: text("node.step.stay", { node: name }), action: "node.leave", input: bag },
    },
    end: {
      kind: "panel",
      id: "end",
      title: text("node.step.forget", { node: name, count: drives.length }),
      action: "node.remove",
      input: bag,
      undo: { none: text("node.step.forget-none") },
    },
  };
}

/** What whoever takes a node away holds meanwhile. */
export function removalLocks({ id, address, port, machineId }: NodeRow): string[] {
  return [`node:${id}`, `address:${address.toLowerCase()}:${port}`, `machine:${machineId}`];
}

/** What removing a node comes to, from what is known now; by force without what can't be done. Pure. */
export function planRemoval(facts: RemovalFacts, isForced: boolean): PlannedRemoval {
  const { world, node, acted } = facts;
  const nothing = { plan: null, problems: {}, left: [], confirmName: null };
  const obstacle = nodeObstacle("remove", acted);
  if (obstacle) return { ...nothing, blockers: [obstacle], canForce: false };
  const { begin, steps, end, blockers, left, mustBeOff } = partingOf(facts);
  if (blockers.length > 0 && !isForced) return { ...nothing, blockers, canForce: true };
  const cluster = world.clusters.find((one) => one.id === node.clusterId)?.name ?? "";
  const plan: Plan = {
    format: PLAN_FORMAT,
    kind: "node.remove",
    title: text("node.plan.remove", { node: node.name, cluster }),
    targets: steps.length > 0 ? [targetOf(node)] : [],
    steps: [begin, ...steps, end],
    locks: removalLocks(node),
    // The task's page tells it afterwards.
    notes: [...(steps.length > 0 ? [text("node.note.stays")] : []), ...left],
  };
  const word = mustBeOff ? say(text("node.remove.is-off", { node: node.name })) : node.name;
  const confirmName = blockers.length > 0 ? word : null;
  return { plan, problems: {}, blockers: [], canForce: false, left, confirmName };
}
