import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import { TASK_PAGE, type TaskListFilter } from "../../domain/task-list.ts";
import { fillTaskSearch } from "../../plans/task-search.ts";
import type { ServiceContext } from "../context.ts";
import { taskChoices, taskIdsQuery, taskList } from "./task-list.ts";
import { readTaskLog } from "./task-log.ts";

const COUNT = 20_000;
const LOG_LINES = 500_000;
const ctx: ServiceContext = {
  actor: { id: "u1", name: "Ada", email: "ada@example.net" },
  requestId: "rq",
  address: "127.0.0.1",
  now: new Date(),
};

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  // Plans as large as those of a join, so that reading one by mistake is felt.
  await db().execute(sql`
    insert into tasks (id, kind, title, state, plan, cluster_id, actor_name, request_id, created_at, started_at, ended_at)
    select 'tk_' || lpad(n::text, 8, '0'), case when n % 10 = 0 then 'nodes.join' else 'cluster.create' end,
      jsonb_build_object('key', 'join.plan.create', 'values', jsonb_build_object('name', 'alpha-' || n, 'count', 1)),
      (array['done','done','undone','failed'])[1 + n % 4],
      jsonb_build_object('kind', 'x', 'title', jsonb_build_object('key', 'join.plan.create', 'values', jsonb_build_object('name', 'alpha-' || n, 'count', 1)),
        'targets', jsonb_build_array(jsonb_build_object('label', 'kvm-' || n % 100, 'address', '10.0.0.' || n % 250, 'nodeId', 'nd_' || n % 100)),
        'steps', (select jsonb_agg(md5(i::text || n)) from generate_series(1, 60) i)),
      'cl_' || n % 5, (array['Ada','Bob'])[1 + n % 2], 'rq', now() - n * interval '1 minute', now() - n * interval '1 minute',
      now() - n * interval '1 minute' + (n % 50) * interval '1 second'
    from generate_series(1, ${COUNT}::int) n`);
  await fillTaskSearch();
  await db().execute(sql`insert into task_log (task_id, position, line)
    select 'tk_' || lpad((1 + n % 10)::text, 8, '0'), 0, 'line ' || n from generate_series(1, ${LOG_LINES}::int) n`);
  await db().execute(sql`vacuum analyze`);
}, 300_000);
afterAll(() => database.stop());

interface PlanNode {
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
}

/** How many blocks of the database a part of the list looks at: what it costs, however busy the machine is. */
async function blocksOf(filter: TaskListFilter): Promise<number> {
  const [row] = await db().execute<{ "QUERY PLAN": { Plan: PlanNode }[] }>(
    sql`explain (analyze, buffers, format json) ${taskIdsQuery(filter)}`,
  );
  const plan = row?.["QUERY PLAN"][0]?.Plan;
  return (plan?.["Shared Hit Blocks"] ?? Number.NaN) + (plan?.["Shared Read Blocks"] ?? Number.NaN);
}

/** Every id of a list, part by part. */
async function walk(values: Record<string, string>, most = 6): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null, part = 0; part < most; part += 1) {
    const page = await taskList(ctx, { ...values, ...(after ? { after } : {}) });
    ids.push(...page.rows.map((row) => row.id));
    after = page.next;
    if (!after) break;
  }
  return ids;
}

describe("a list of 20,000 tasks", () => {
  it("begins with the newest and goes on where it ended, by an index and without reading a plan", async () => {
    const ids = await walk({});
    expect(ids).toEqual(Array.from({ length: 6 * TASK_PAGE }, (_, n) => `tk_${String(n + 1).padStart(8, "0")}`));
    const plan = await db().execute<{ "QUERY PLAN": string }>(sql`explain ${taskIdsQuery({ after: ids[199] })}`);
    const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
    expect(text).toContain("tasks_created");
    expect(text).not.toMatch(/Seq Scan on tasks\b/);
  });

  it.each([
    [{}, 200],
    [{ kind: "nodes.join" }, 3_000],
    [{ node: "nd_42" }, 1_500],
  ] as const)("looks at few blocks where an index helps: %j", async (filter, most) => {
    expect(await blocksOf(filter)).toBeLessThan(most);
  });

  it.each([
    [{ show: "trouble" }],
    [{ show: "open" }],
    [{ cluster: "cl_3", who: "Bob" }],
    [{ q: "ALPHA-1999 create" }],
    [{ q: "nothing has this name" }],
    [{ sort: "took" }],
    [{ sort: "-task" }],
    [{ sort: "who", show: "done" }],
  ] as const)("never reads the plans: %j", async (filter) => {
    // The two tables are some thousand blocks; the plans alone are as many again, and would be read once a row.
    expect(await blocksOf(filter)).toBeLessThan(8_000);
  });

  it.each([["state"], ["-started"], ["task"], ["who"], ["-who"], ["took"], ["-took"]])(
    "by %s holds no task twice and leaves none out between its parts",
    async (sort) => {
      const ids = await walk({ node: "nd_7", sort }, 10);
      expect(ids).toHaveLength(COUNT / 100);
      expect(new Set(ids).size).toBe(COUNT / 100);
    },
  );

  it("filters by what stands in the address, and takes signs of a pattern as they are", async () => {
    const narrowed = await taskList(ctx, { q: "alpha-12346 kvm-46", show: "trouble", who: "Bob" });
    expect(narrowed.rows).toEqual([]);
    const found = await taskList(ctx, { q: "Alpha-12346" });
    expect(found.rows.map((row) => [row.id, row.state, row.actorName])).toEqual([["tk_00012346", "undone", "Ada"]]);
    expect((await taskList(ctx, { q: "alpha_12346" })).rows).toEqual([]);
    expect((await taskList(ctx, { q: "%" })).rows).toEqual([]);
    expect(await taskChoices(ctx)).toEqual({ kinds: ["cluster.create", "nodes.join"], who: ["Ada", "Bob"] });
    await expect(taskList(ctx, { show: "nonsense" })).rejects.toThrow();
  });
});

it("the log of a task is read by place among 500,000 lines: its end, what came after, what was before", async () => {
  const id = "tk_00000003";
  const end = await readTaskLog(ctx, id);
  expect([end.length, end.at(-1)?.line]).toEqual([500, `line ${LOG_LINES - 8}`]);
  expect(await readTaskLog(ctx, id, { after: String(end.at(-2)?.id) })).toEqual(end.slice(-1));
  const before = await readTaskLog(ctx, id, { before: String(end[0]?.id) });
  expect(before.at(-1)?.id).toBe((end[0]?.id ?? 0) - 10);
  await expect(readTaskLog(ctx, "tk_none")).rejects.toMatchObject({ view: { code: "not-found" } });
});
