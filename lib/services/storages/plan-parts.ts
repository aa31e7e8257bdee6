import { changeObstacle } from "../../domain/drive.ts";
import { PLAN_FORMAT, type Plan } from "../../domain/plan.ts";
import type { PartsRequest } from "../../domain/parts-request.ts";
import { type Text, text } from "../../domain/text.ts";
import { say } from "../../plans/say.ts";
import { inStages } from "../../plans/stages.ts";
import type { Identity, PartsContext, PartsDriver, PartsPlan, Source } from "../../storage/contract.ts";
import { requireDriver } from "../../storage/registry.ts";
import { targetOf } from "../drives/plan.ts";
import type { NodeRow, StorageRow, World } from "../drives/world.ts";
import type { Planned } from "../tasks/start-plan.ts";
import { placeLock } from "./lock.ts";

/** A storage on a node that is made of disks. */
export interface PartsPlace {
  storage: StorageRow;
  node: NodeRow;
  /** That see the same parts: of a shared storage all that have it, the one that acts among them. */
  nodes: NodeRow[];
  /** What keeps one of them from being changed now. */
  obstacles: Text[];
  /** What other storages of the panel have for themselves, by scope and value. */
  taken: ReadonlyMap<string, string>;
  driver: PartsDriver;
  context: PartsContext<unknown>;
}

/** What the panel's own step is given once the parts are changed. */
export interface PinInput {
  storageId: string;
  nodeId: string;
  clusterId: string;
  verb: PartsRequest["verb"];
  /** Names of the disks that were added, or the part that was changed. */
  what: string[];
  storage: string;
  node: string;
  /** Fields of the identity, on each of these nodes. A task of an earlier release names none: it is `nodeId` alone. */
  identity: Identity;
  nodeIds?: string[];
  /** Fields of the storage's config that become others with it; left out where none does. */
  config?: Record<string, unknown>;
  /** Where further disks were looked for, as it was noted: for the form, where the task comes to nothing. */
  source?: Source;
}

const PIN = "parts.pin";

/** What the last step of a plan is given. Null where it is no plan of parts. */
export function pinOf({ steps }: Plan): PinInput | null {
  const last = steps.at(-1);
  return last?.kind === "panel" && last.action === PIN ? (last.input as unknown as PinInput) : null;
}

/** Null where the storage is not made of disks, or not joined there. */
export function partsPlace(world: World, storage: StorageRow, node: NodeRow): PartsPlace | null {
  const driver = requireDriver(storage.kind).parts;
  if (!driver || !world.identity(node.id, storage.id)) return null;
  const nodes = world.isShared(storage) ? world.nodesOf(storage) : [node];
  const obstacles = nodes.flatMap((one) => {
    const reason = changeObstacle(world.place(one, storage));
    return world.isShared(storage) && reason
      ? [text("parts.obstacle.node", { node: one.name, reason: say(reason) })]
      : [];
  });
  const taken = takenThings(world, storage);
  return { storage, node, nodes, obstacles, taken, driver, context: world.leaveContext(node, storage) };
}

const keyOf = ({ scope, value }: { scope: string; value: string }) => `${scope}:${value}`;

/** What other storages have for themselves, each with its name. */
function takenThings(world: World, storage: StorageRow): Map<string, string> {
  const others = world.storages.filter(({ id }) => id !== storage.id);
  const pairs = others.flatMap((other) =>
    world.nodesOf(other).flatMap((node) => {
      const things = requireDriver(other.kind).things(world.identity(node.id, other.id) ?? {});
      return things.map((thing) => [keyOf(thing), other.name] as const);
    }),
  );
  return new Map(pairs);
}

/** What a change of parts comes to, from what was found on the node. Pure. */
export function planParts(place: PartsPlace, facts: unknown, request: PartsRequest): Planned {
  const { storage, driver, context } = place;
  const planned = driver.plan(context, facts, request);
  const { problems } = planned;
  const thingsOf = requireDriver(storage.kind).things;
  const things = thingsOf({ ...context.identity, ...planned.identity });
  const own = new Set(thingsOf(context.identity).map(keyOf));
  const twice = things.flatMap((thing) => {
    const other = own.has(keyOf(thing)) ? undefined : place.taken.get(keyOf(thing));
    return other ? [text("parts.obstacle.taken", { storage: other, value: thing.value })] : [];
  });
  const blockers = [...place.obstacles, ...planned.blockers, ...twice];
  const plan =
    Object.keys(problems).length > 0 || blockers.length > 0
      ? null
      : partsPlan(place, request, planned, things.map(keyOf));
  return { plan, problems, blockers, confirmName: null };
}

function partsPlan(
  { storage, node, nodes, context }: PartsPlace,
  request: PartsRequest,
  { steps, identity, config, notes }: PartsPlan,
  things: string[],
): Plan {
  const what = request.verb === "add" ? request.disks : "part" in request ? [request.part] : [];
  const pin: PinInput = {
    ...{ storageId: storage.id, nodeId: node.id, clusterId: storage.clusterId, verb: request.verb, what, identity },
    ...{ storage: storage.name, node: node.name, nodeIds: nodes.map(({ id }) => id) },
    ...(config ? { config } : {}),
    ...(context.source ? { source: context.source } : {}),
  };
  const values = { storage: storage.name, node: node.name, count: what.length };
  const lock = requireDriver(storage.kind).drives.writerLock(context.identity);
  const locks = [...nodes.map(({ id }) => placeLock(storage.id, id)), ...things, ...(lock ? [lock] : [])];
  return {
    format: PLAN_FORMAT,
    kind: `parts.${request.verb}`,
    title: text(`parts.plan.${request.verb}`, values),
    targets: nodes.map(targetOf),
    steps: [
      ...inStages(
        steps.map((step) => ({ ...step, id: `${step.target}.${step.id}` })),
        "meet",
      ),
      {
        ...{ kind: "panel", id: "pin", title: text("parts.step.pin", values), action: PIN },
        ...{ input: pin as unknown as Record<string, unknown>, undo: { none: text("parts.step.pin-none") } },
      },
    ],
    locks: [...new Set(locks)],
    ...(lock ? { holds: [lock] } : {}),
    notes,
  };
}
