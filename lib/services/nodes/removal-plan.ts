import { type ActedNode, isReached, type NodeDrive, type NodeRemovalView, nodeObstacle } from "../../domain/node.ts";
import { type NodeStep, PLAN_FORMAT, type Plan, type Step } from "../../domain/plan.ts";
import { type Text, text } from "../../domain/text.ts";
import { naturalOrder } from "../../domain/units.ts";
import type { Hypervisor } from "../../hypervisor/contract.ts";
import type { LeavePlan } from "../../storage/contract.ts";
import { targetOf } from "../drives/plan.ts";
import type { NodeRow, StorageRow, World } from "../drives/world.ts";
import { leaveObstacle, leavePlan } from "../storages/leave.ts";
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
  isForced: boolean;
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

function heldStorages({ world, node }: RemovalFacts): Held[] {
  return world.storages
    .filter((storage) => storage.clusterId === node.clusterId)
    .flatMap((storage) => {
      const leave = leavePlan(world, node, storage);
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

/** Where the machine can't be reached, everything on it stays. */
function canWork({ acted, publicKey }: RemovalFacts): boolean {
  return isReached(acted) && publicKey !== null;
}

function planOf(facts: RemovalFacts, steps: NodeStep[], left: Text[], isForced: boolean): Plan {
  const { node, drives } = facts;
  const { id: nodeId, clusterId, name, address, machineId, keySecret, membership } = node;
  const gone = drives.map(({ id, label, storage }) => ({ id, label, storage }));
  const where = { nodeId, clusterId, name, address, machineId, keySecret, membership };
  const input: RemovalInput = { ...where, isForced, drives: gone, left };
  const bag = input as unknown as Record<string, unknown>;
  const begin: Step = {
    kind: "panel",
    id: "begin",
    title: text("node.step.leave", { node: name }),
    action: "node.leave",
    input: bag,
    undo: { title: text("node.step.stay", { node: name }), action: "node.leave", input: bag },
  };
  const end: Step = {
    kind: "panel",
    id: "end",
    title: text("node.step.forget", { node: name, count: drives.length }),
    action: "node.remove",
    input: bag,
    undo: { none: text("node.step.forget-none") },
  };
  const cluster = facts.world.clusters.find((one) => one.id === clusterId)?.name ?? "";
  return {
    format: PLAN_FORMAT,
    kind: "node.remove",
    title: text("node.plan.remove", { node: name, cluster }),
    targets: steps.length > 0 ? [targetOf(node)] : [],
    steps: [begin, ...steps, end],
    locks: [`node:${nodeId}`, `address:${address.toLowerCase()}:${node.port}`, `machine:${machineId}`],
    // The task's page tells it afterwards.
    notes: [...(steps.length > 0 ? [text("node.note.stays")] : []), ...left],
  };
}

/** What removing a node comes to, from what is known now; by force without what can't be done. Pure. */
export function planRemoval(facts: RemovalFacts): PlannedRemoval {
  const { node, acted, drives, isForced, hypervisor, panelId, publicKey } = facts;
  const nothing = { plan: null, problems: {}, left: [], confirmName: null };
  const obstacle = nodeObstacle("remove", acted);
  if (obstacle) return { ...nothing, blockers: [obstacle], canForce: false };
  const works = canWork(facts);
  const held = heldStorages(facts);
  const away = works ? held.filter((one) => one.isAway) : [];
  const blockers = [
    ...(works ? [] : [text("node.remove.not-reached", { node: node.name })]),
    ...away.map(({ storage }) => text("life.obstacle.left", { node: node.name, storage: storage.name })),
    ...drivesBlocker(node, drives),
  ];
  if (blockers.length > 0 && !isForced) return { ...nothing, blockers, canForce: true };
  const host = hypervisor.leave({ panelId, nodeId: node.id, user: node.user, publicKey: publicKey ?? "" }, node.id);
  const steps = works
    ? [
        ...held.filter((one) => !one.isAway).flatMap(({ storage, leave }) => named(leave.steps, storage.id)),
        ...named(host.steps, "host"),
      ]
    : [];
  const left = [
    ...drives
      .toSorted((a, b) => naturalOrder(a.label, b.label))
      .map(({ id, label, storage }) => text("node.left.drive", { label, id, storage })),
    ...(works ? away : held).flatMap(({ leave }) => leave.left),
    ...(works ? [] : host.left),
  ];
  const plan = planOf(facts, steps, left, blockers.length > 0);
  const confirmName = blockers.length > 0 ? node.name : null;
  return { plan, problems: {}, blockers: [], canForce: false, left, confirmName };
}
