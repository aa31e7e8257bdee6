import { sql } from "drizzle-orm";
import type { Executor } from "../db/client.ts";

/** The channel on which every process hears that a task's rows have changed. */
export const TASK_CHANNEL = "spindle_task";

/** What a hint says beside the task: that its lease has something new for whoever holds it. */
const CANCEL = " cancel";

/** Sent with the commit of the transaction it stands in. */
export async function hintTask(tx: Executor, taskId: string, about?: "cancel"): Promise<void> {
  const payload = about ? taskId + CANCEL : taskId;
  await tx.execute(sql`select pg_notify(${TASK_CHANNEL}, ${payload})`);
}

export function readHint(payload: string): { taskId: string; cancel: boolean } {
  const cancel = payload.endsWith(CANCEL);
  return { taskId: cancel ? payload.slice(0, -CANCEL.length) : payload, cancel };
}
