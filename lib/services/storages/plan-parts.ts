import { PLAN_FORMAT, type Plan } from "../../domain/plan.ts";
import type { PartsRequest } from "../../domain/parts-request.ts";
import { text } from "../../domain/text.ts";
import type { Identity, PartsContext, PartsDriver } from "../../storage/contract.ts";
import { requireDriver } from "../../storage/registry.ts";
import { targetOf } from "../drives/plan.ts";
import type { NodeRow, StorageRow, World } from "../drives/world.ts";
import type { Planned } from "../tasks/start-plan.ts";
import { placeLock } from "./lock.ts";

/** A storage on a node that is made of disks. */
export interface PartsPlace {
  storage: StorageRow;
  node: NodeRow;
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
  identity: Identity;
}

/** Null where the storage is not made of disks, or not joined there. */
export function partsPlace(world: World, storage: StorageRow, node: NodeRow): PartsPlace | null {
  const driver = requireDriver(storage.kind).parts;
  if (!driver || !world.identity(node.id, storage.id)) return null;
  return { storage, node, driver, context: world.leaveContext(node, storage) };
}

/** What a change of parts comes to, from what was found on the node. Pure. */
export function planParts(
  { storage, node, driver, context }: PartsPlace,
  facts: unknown,
  request: PartsRequest,
): Planned {
  const { problems, blockers, steps, identity, notes } = driver.plan(context, facts, request);
  if (Object.keys(problems).length > 0 || blockers.length > 0)
    return { plan: null, problems, blockers, confirmName: null };
  const what = request.verb === "add" ? request.disks : [request.part];
  const pin: PinInput = {
    ...{ storageId: storage.id, nodeId: node.id, clusterId: storage.clusterId, verb: request.verb, what, identity },
    ...{ storage: storage.name, node: node.name },
  };
  const values = { storage: storage.name, node: node.name, count: what.length };
  const things = requireDriver(storage.kind).things(context.identity);
  const plan: Plan = {
    format: PLAN_FORMAT,
    kind: `parts.${request.verb}`,
    title: text(`parts.plan.${request.verb}`, values),
    targets: [targetOf(node)],
    steps: [
      ...steps.map((step) => ({ ...step, id: `${node.id}.${step.id}` })),
      {
        ...{ kind: "panel", id: "pin", title: text("parts.step.pin", values), action: "parts.pin" },
        ...{ input: pin as unknown as Record<string, unknown>, undo: { none: text("parts.step.pin-none") } },
      },
    ],
    locks: [placeLock(storage.id, node.id), ...things.map(({ scope, value }) => `${scope}:${value}`)],
    notes,
  };
  return { plan, problems, blockers, confirmName: null };
}
