import type { Transaction } from "../db/client.ts";
import type { PanelStep } from "../domain/plan.ts";
import { processWide } from "../shared.ts";

/** On whose behalf a panel step runs; enough for an audit row. */
export interface PanelStepContext {
  taskId: string;
  requestId: string;
  actor: { id: string | null; name: string };
}

/** Who did what a panel step does, for its audit row. */
export function auditOf({ actor, requestId }: PanelStepContext) {
  return { actor, address: null, requestId };
}

type Work = (tx: Transaction, input: Record<string, unknown>, context: PanelStepContext) => Promise<void>;

/** What a panel step does in the transaction that also writes its journal row: nothing outside the database. */
export interface PanelStepHandler {
  do: Work;
  /** Left out where the step has no undo of its own. */
  undo?: Work;
}

const registry = () => processWide<Map<string, PanelStepHandler>>("panel-steps", () => new Map());

/** Makes a handler known under the name that plans use. A second one of the same name replaces the first. */
export function registerPanelStep(action: string, handler: PanelStepHandler): void {
  registry().set(action, handler);
}

function handlerOf(action: string): PanelStepHandler {
  const handler = registry().get(action);
  if (!handler) throw new Error(`No panel step is registered as ${action}`);
  return handler;
}

export function panelStepWork(step: PanelStep): (tx: Transaction, context: PanelStepContext) => Promise<void> {
  const handler = handlerOf(step.action);
  return (tx, context) => handler.do(tx, step.input, context);
}

/** An undo that names the step's own action is that handler's `undo`; another action is done. */
export function panelUndoWork(step: PanelStep): ((tx: Transaction, context: PanelStepContext) => Promise<void>) | null {
  if ("none" in step.undo) return null;
  const { action, input } = step.undo;
  const handler = handlerOf(action);
  const work = action === step.action ? handler.undo : handler.do;
  if (!work) throw new Error(`The panel step ${action} has no undo`);
  return (tx, context) => work(tx, input, context);
}
