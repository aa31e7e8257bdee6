import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { db } from "../../db/client.ts";
import { distinctValues } from "../../db/distinct.ts";
import { likePattern } from "../../db/like.ts";
import { taskSearch, tasks } from "../../db/schema/index.ts";
import {
  TASK_PAGE,
  TASK_SHOW,
  TASK_SORTS,
  TASK_WORD,
  type TaskChoices,
  type TaskListFilter,
  type TaskListPage,
  type TaskSort,
} from "../../domain/task-list.ts";
import { readTaskRows } from "../../plans/task-summary.ts";
import type { ServiceContext } from "../context.ts";

const word = z.string().max(TASK_WORD);

const filterSchema = z.object({
  show: z.enum(TASK_SHOW).optional(),
  kind: word.optional(),
  cluster: word.optional(),
  node: word.optional(),
  who: word.optional(),
  q: word.optional(),
  sort: z.enum([...TASK_SORTS, ...TASK_SORTS.map((name) => `-${name}` as const)]).optional(),
  after: word.optional(),
}) satisfies z.ZodType<TaskListFilter>;

/** What each order goes by; never null, so that a place in it can be compared. The type is what a cursor is read as. */
const ORDER: Record<TaskSort, { by: SQL; type: SQL }> = {
  started: { by: sql`${tasks.createdAt}`, type: sql`timestamptz` },
  state: { by: sql`${tasks.state}`, type: sql`text` },
  task: { by: sql`coalesce(${taskSearch.words}, '')`, type: sql`text` },
  who: { by: sql`lower(${tasks.actorName})`, type: sql`text` },
  took: {
    by: sql`coalesce(coalesce(${tasks.endedAt}, now()) - ${tasks.startedAt}, interval '0')`,
    type: sql`interval`,
  },
};

function orderOf(sort: TaskListFilter["sort"]): { by: SQL; type: SQL; isDown: boolean } {
  const isReversed = sort?.startsWith("-") ?? false;
  const name = (isReversed ? sort?.slice(1) : sort) as TaskSort | undefined;
  // Time goes from the newest: that is what a list of tasks is opened for.
  const isTime = name === undefined || name === "started" || name === "took";
  return { ...ORDER[name ?? "started"], isDown: isTime !== isReversed };
}

function conditions({ show, kind, cluster, node, who, q }: TaskListFilter): (SQL | undefined)[] {
  const words = q?.trim().split(/\s+/).filter(Boolean) ?? [];
  return [
    show === "open" ? isNull(tasks.endedAt) : undefined,
    show === "trouble" ? inArray(tasks.state, ["failed", "undone"]) : undefined,
    show && show !== "open" && show !== "trouble" ? eq(tasks.state, show) : undefined,
    kind ? eq(tasks.kind, kind) : undefined,
    cluster ? eq(tasks.clusterId, cluster) : undefined,
    who ? eq(tasks.actorName, who) : undefined,
    node ? sql`${taskSearch.nodeIds} @> array[${node}]` : undefined,
    ...words.map((word) => sql`${taskSearch.words} like ${likePattern(word)}`),
  ];
}

/** The statement that finds the ids of a part of the list: without the plans, which are large. */
export function taskIdsQuery(filter: TaskListFilter): SQL {
  const { by, type, isDown } = orderOf(filter.sort);
  const place = filter.after
    ? sql`(${by}, ${tasks.id}) ${isDown ? sql`<` : sql`>`} (select k::${type}, id from (
        select (${by})::text k, ${tasks.id} id from ${tasks} left join ${taskSearch} on ${taskSearch.taskId} = ${tasks.id}
        where ${tasks.id} = ${filter.after} offset 0) place)`
    : undefined;
  const direction = isDown ? sql`desc` : sql`asc`;
  return sql`select ${tasks.id} as id from ${tasks} left join ${taskSearch} on ${taskSearch.taskId} = ${tasks.id}
    where ${and(sql`true`, ...conditions(filter), place)}
    order by ${by} ${direction}, ${tasks.id} ${direction} limit ${TASK_PAGE + 1}`;
}

/** A part of the list of tasks. Throws ZodError for a filter that is none. */
export async function taskList(_ctx: ServiceContext, values: Record<string, string>): Promise<TaskListPage> {
  const filter = filterSchema.parse(values);
  const found = (await db().execute<{ id: string }>(taskIdsQuery(filter))).map((row) => row.id);
  const ids = found.slice(0, TASK_PAGE);
  if (ids.length === 0) return { rows: [], next: null };
  const rows = await readTaskRows({ where: inArray(tasks.id, ids), limit: ids.length });
  const place = new Map(ids.map((id, index) => [id, index]));
  rows.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
  return { rows, next: found.length > ids.length ? (ids.at(-1) ?? null) : null };
}

/** Every kind of task and everybody who started one. */
export async function taskChoices(_ctx: ServiceContext): Promise<TaskChoices> {
  const [kinds, who] = await Promise.all([distinctValues(tasks.kind), distinctValues(tasks.actorName)]);
  return { kinds, who };
}
