import { and, count, eq, isNull } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { tasks } from "../../db/schema/index.ts";

/** How many tasks of a cluster have not ended. */
export async function countOpenTasks(tx: Executor, clusterId: string): Promise<number> {
  const [row] = await tx
    .select({ count: count() })
    .from(tasks)
    .where(and(eq(tasks.clusterId, clusterId), isNull(tasks.endedAt)));
  return row?.count ?? 0;
}
