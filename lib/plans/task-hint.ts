import { sql } from "drizzle-orm";
import type { Executor } from "../db/client.ts";

/** The channel on which every process hears that a task's rows have changed. */
export const TASK_CHANNEL = "spindle_task";

/** Sent with the commit of the transaction it stands in. */
export async function hintTask(tx: Executor, taskId: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${TASK_CHANNEL}, ${taskId})`);
}
