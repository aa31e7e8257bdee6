import { type ActedNode, isReached, type NodeDrive, type NodeRemovalView, nodeObstacle } from "../../domain/node.ts";
import { type NodeStep, PLAN_FORMAT, type Plan, type Step } from "../../domain/plan.ts";
import { type Text, text } from "../../domain/text.ts";
import { naturalOrder } from "../../domain/units.ts";
import type { Hypervisor } from "../../hypervisor/contract.ts";
import { targetOf } from "../drives/plan.ts";
import type { NodeRow, World } from "../drives/world.ts";
import { endingNode, type Leaving, leavingBlocker, leavingOf } from "../storages/leave.ts";
import {
  mapsBlocker,
  mapsStated,
  namesOff,
  offStatement,
  type StillMapped,
  stillMapped,
} from "../storages/still-mapped.ts";
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
  /** The node, where it was stated to be powered off. */
  off?: string[];
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

/** The storages that were joined on the node. `isWhole`: the whole cluster goes. */
function heldStorages({ world, node }: RemovalFacts, works: boolean, isWhole: boolean): Leaving[] {
  return world.storages
    .filter((storage) => storage.clusterId === node.clusterId)
    .flatMap((storage) => {
      const ends = isWhole && endingNode(world, storage)?.id === node.id;
      return leavingOf(world, node, storage, { ends, works }) ?? [];
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
  /** What it may go on mapping: null where it lets go of everything that all nodes see. */
  still: StillMapped | null;
}

/** What removing a node comes to, whatever stands in the way. `isWhole`: the whole cluster goes. Pure. */
export function partingOf(facts: RemovalFacts, isWhole = false): Parting {
  const { world, node, drives, hypervisor, panelId, publicKey } = facts;
  const works = canWork(facts);
  const held = heldStorages(facts, works, isWhole);
  const kept = held.filter(({ stays }) => stays.length > 0);
  const away = held.filter(({ isAway }) => isAway).map(({ storage }) => storage);
  const still = stillMapped(world, node, away);
  const blockers = [
    ...(works ? [] : [text("node.remove.not-reached", { node: node.name })]),
    ...(still ? [mapsBlocker(still)] : []),
    ...(works ? kept : []).map((leaving) => leavingBlocker(node, leaving)),
    ...drivesBlocker(node, drives),
  ];
  const host = hypervisor.leave({ panelId, nodeId: node.id, user: node.user, publicKey: publicKey ?? "" }, node.id);
  const hostSteps = named(host.steps, "host");
  const stepsOf = (part: "steps" | "stays") => held.flatMap((one) => named(one[part], one.storage.id));
  const left = [
    ...(still ? [mapsStated(still)] : []),
    ...drives
      .toSorted((a, b) => naturalOrder(a.label, b.label))
      .map(({ id, label, storage }) => text("node.left.drive", { label, id, storage })),
    ...kept.flatMap((one) => one.left),
    ...(works ? [] : host.left),
  ];
  return {
    ...ownSteps(facts, left, { isForced: blockers.length > 0, still }),
    blockers,
    steps: works ? [...stepsOf("steps"), ...hostSteps] : [],
    // Without the key's body its line can't be told from others.
    unrun: [...stepsOf("stays"), ...(works ? [] : hostSteps.filter((step) => !step.exit || publicKey !== null))],
    left,
    still,
  };
}

function ownSteps(
  { node, drives }: RemovalFacts,
  left: Text[],
  { isForced, still }: { isForced: boolean; still: StillMapped | null },
): Pick<Parting, "begin" | "end"> {
  const { id: nodeId, clusterId, name, address, machineId, keySecret, membership } = node;
  const gone = drives.map(({ id, label, storage }) => ({ id, label, storage }));
  const where = { nodeId, clusterId, name, address, machineId, keySecret, membership };
  const off = namesOff(still ? [still] : []);
  const input: RemovalInput = { ...where, isForced, drives: gone, left, ...(off.length > 0 ? { off } : {}) };
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
  const { begin, steps, end, blockers, left, still } = partingOf(facts);
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
  const confirmName = blockers.length > 0 ? (offStatement(still ? [still] : []) ?? node.name) : null;
  return { plan, problems: {}, blockers: [], canForce: false, left, confirmName };
}
