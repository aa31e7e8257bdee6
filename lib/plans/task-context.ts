import type { Plan } from "../domain/plan.ts";
import type { JournalTask } from "./journal.ts";
import type { Lease } from "./lease.ts";
import type { Redactor } from "./redactor.ts";
import type { OpenSecret, TargetNodes } from "./target-nodes.ts";
import type { TaskLog } from "./task-log.ts";
import type { PanelRef } from "./unit.ts";

/** What everybody needs who works on one task. */
export interface TaskContext extends PanelRef {
  lease: Lease;
  task: JournalTask;
  plan: Plan;
  nodes: TargetNodes;
  log: TaskLog;
  redactor: Redactor;
  openSecret: OpenSecret;
}
