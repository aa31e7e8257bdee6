import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { tasks } from "../../db/schema/index.ts";
import type { TaskRow } from "../../domain/dto.ts";
import { TASK_STATES } from "../../domain/plan.ts";
import { readTaskRows } from "../../plans/task-summary.ts";
import { Kept } from "../../live/versions.ts";
import { processWide } from "../../shared.ts";
import type { ServiceContext } from "../context.ts";

const LIMIT = 100;

const filterSchema = z.object({
  cluster: z.string().max(100).optional(),
  state: z.enum([...TASK_STATES, "open"]).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(LIMIT),
});

/** Read again this often, whatever was heard. */
const LATEST_MS = 250;
const latest = () =>
  processWide("latest-tasks", () => new Kept(["task"], () => readTaskRows({ limit: LIMIT }), LATEST_MS));

/** The latest tasks of all, newest first: the same for everybody who looks. */
export const latestTasks = (_ctx: ServiceContext): Promise<TaskRow[]> => latest().get();

/** Tasks, newest first. Throws ZodError for a filter that is none. */
export async function listTasks(ctx: ServiceContext, filter: Record<string, string>): Promise<TaskRow[]> {
  const { cluster, state, limit } = filterSchema.parse(filter);
  if (!cluster && !state && limit === LIMIT) return latestTasks(ctx);
  const byState = state === undefined ? undefined : state === "open" ? isNull(tasks.endedAt) : eq(tasks.state, state);
  const byCluster = cluster === undefined ? undefined : eq(tasks.clusterId, cluster);
  return readTaskRows({ where: and(byState, byCluster), limit });
}
