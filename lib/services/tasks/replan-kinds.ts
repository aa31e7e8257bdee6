import type { TaskRow } from "../../domain/dto.ts";
import type { Plan, TaskState } from "../../domain/plan.ts";
import type { ServiceContext } from "../context.ts";
import type { RecordInput } from "../drafts/assemble.ts";
import { reopenDraft, reopenStorageDraft } from "../drafts/reopen.ts";
import type { DrivesInput } from "../drives/plan.ts";
import { driveFormOf } from "../drives/reopen.ts";
import type { PinInput } from "../storages/plan-parts.ts";
import type { RemovalInput } from "../storages/plan-removal.ts";

/** The task that is planned anew: what was typed for it stands in its plan. */
export interface ReplannedTask {
  id: string;
  kind: string;
  clusterId: string | null;
  plan: Plan;
}

/** The address of the form with what was typed. It plans from how things are now: no old step is ever run again. */
export type Replan = (ctx: ServiceContext, task: ReplannedTask) => Promise<string>;

/** The input of a plan's panel step. Throws where the plan has none of that name. */
function inputOf(plan: Plan, action: string): Record<string, unknown> {
  const step = plan.steps.find((one) => one.kind === "panel" && one.action === action);
  if (step?.kind !== "panel") throw new Error(`The plan has no step ${action}`);
  return step.input;
}

const wizardOf =
  (action: string): Replan =>
  async (ctx, task) => {
    const { draftId, clusterId } = await reopenDraft(
      ctx,
      inputOf(task.plan, action) as unknown as RecordInput,
      task.plan,
    );
    return clusterId ? `/clusters/${clusterId}/join/${draftId}?step=nodes` : `/clusters/new/${draftId}?step=nodes`;
  };

const storageAgain: Replan = async (ctx, task) => {
  const { draftId, clusterId } = await reopenStorageDraft(
    ctx,
    inputOf(task.plan, "storage.add") as unknown as RecordInput,
  );
  return `/clusters/${clusterId}/storage/${draftId}?step=storages`;
};

const removalAgain: Replan = async (_ctx, task) =>
  `/storages/${(inputOf(task.plan, "storage.remove") as unknown as RemovalInput).storageId}/remove`;

const clusterRemovalAgain: Replan = async (_ctx, task) =>
  `/clusters/${String(inputOf(task.plan, "cluster.remove").clusterId)}/remove`;

const partsAgain: Replan = async (_ctx, task) => {
  const { storageId, nodeId, verb, what, source } = inputOf(task.plan, "parts.pin") as unknown as PinInput;
  const typed = new URLSearchParams({
    do: verb,
    node: nodeId,
    ...(what[0] === undefined || verb === "add" ? {} : { part: what[0] }),
    // What was typed has ids of secrets, which are in no address: the page asks for them by the task.
    ...(source ? { again: task.id } : {}),
  });
  return `/storages/${storageId}/parts?${typed}`;
};

const drivesAgain: Replan = async (_ctx, task) =>
  driveFormOf(inputOf(task.plan, "drives.begin") as unknown as DrivesInput);

/** A removal, or a change of the key, has nothing that is typed but the node. */
const nodePage =
  (verb: "remove" | "rotate-key", action: string): Replan =>
  async (_ctx, task) =>
    `/nodes/${String(inputOf(task.plan, action).nodeId)}/${verb}`;

/** By kind of task: how its form is opened again. A kind that is not here has no form to go back to. */
const REPLAN: Readonly<Record<string, Replan>> = {
  "cluster.create": wizardOf("cluster.create"),
  "cluster.remove": clusterRemovalAgain,
  "drives.activate": drivesAgain,
  "drives.create": drivesAgain,
  "drives.deactivate": drivesAgain,
  "drives.delete": drivesAgain,
  "drives.grow": drivesAgain,
  "drives.rename": drivesAgain,
  "node.remove": nodePage("remove", "node.leave"),
  "node.rotate-key": nodePage("rotate-key", "node.switch-key"),
  "nodes.join": wizardOf("nodes.join"),
  "parts.add": partsAgain,
  "parts.empty": partsAgain,
  "parts.grow": partsAgain,
  "parts.remove": partsAgain,
  "storage.add": storageAgain,
  "storage.remove": removalAgain,
};

const ENDED_WITHOUT_EFFECT: readonly TaskState[] = ["failed", "undone", "cancelled"];

export function replanOf(kind: string): Replan | null {
  return Object.hasOwn(REPLAN, kind) ? (REPLAN[kind] ?? null) : null;
}

export function canReplan({ kind, state }: Pick<TaskRow, "kind" | "state">): boolean {
  return ENDED_WITHOUT_EFFECT.includes(state) && replanOf(kind) !== null;
}
