import { sql } from "drizzle-orm";
import type { Executor } from "../db/client.ts";

/** The channel on which every process hears that a task's rows have changed. */
export const TASK_CHANNEL = "spindle_task";

/** What a hint says beside the task: its lease has something new for whoever holds it, or it has come to its end. */
type About = "cancel" | "end";

/** Sent with the commit of the transaction it stands in. */
export async function hintTask(tx: Executor, taskId: string, about?: About): Promise<void> {
  const payload = about ? `${taskId} ${about}` : taskId;
  await tx.execute(sql`select pg_notify(${TASK_CHANNEL}, ${payload})`);
}

export function readHint(payload: string): { taskId: string; about: About | null } {
  const [taskId = "", about] = payload.split(" ");
  return { taskId, about: about === "cancel" || about === "end" ? about : null };
}
