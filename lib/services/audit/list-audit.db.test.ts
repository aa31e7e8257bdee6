import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import { AUDIT_PAGE } from "../../domain/audit.ts";
import type { ServiceContext } from "../context.ts";
import { auditChoices, listAudit } from "./list-audit.ts";

const COUNT = 100_000;
const ctx: ServiceContext = {
  actor: { id: "u1", name: "Ada", email: "ada@example.net" },
  requestId: "rq",
  address: "127.0.0.1",
  now: new Date(),
};

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  await db().execute(sql`insert into audit (at, actor_name, address, request_id, action, entity, entity_id, detail)
    select timestamptz '2026-01-01 00:00:00Z' + n * interval '1 minute', (array['Ada','Bob','console'])[1 + n % 3],
      '10.0.0.' || n % 250, 'rq-' || n, (array['task.create','storage.set-main','session.start','node.join'])[1 + n % 4],
      (array['task','storage','user','node'])[1 + n % 4], 'id_' || n % 5000, jsonb_build_object('name', 'Name-' || n % 5000, 'steps', n)
    from generate_series(1, ${COUNT}::int) n`);
  await db().execute(sql`vacuum analyze audit`);
}, 120_000);
afterAll(() => database.stop());

it("lists 100,000 rows from the newest, part by part, none twice and none left out", async () => {
  const ids: number[] = [];
  let after: number | null = null;
  for (let part = 0; part < 5; part += 1) {
    const page = await listAudit(ctx, after === null ? {} : { after: String(after) });
    ids.push(...page.rows.map((row) => row.id));
    after = page.next;
  }
  expect(ids).toEqual(Array.from({ length: 5 * AUDIT_PAGE }, (_, n) => COUNT - n));
  const oldest = await listAudit(ctx, { sort: "-when" });
  expect([oldest.rows[0]?.id, oldest.next]).toEqual([1, AUDIT_PAGE]);
  expect((await listAudit(ctx, { sort: "-when", after: String(COUNT - 10) })).next).toBeNull();
});

it("filters by who, what, when and about what, together", async () => {
  const values = { who: "Bob", action: "node.join", entity: "node", q: "name-7" };
  const { rows } = await listAudit(ctx, values);
  expect(rows.length).toBe(AUDIT_PAGE);
  for (const row of rows) {
    expect([row.who, row.action, row.entity]).toEqual(["Bob", "node.join", "node"]);
    expect(row.detail.name).toMatch(/^Name-7/);
  }
  const day = await listAudit(ctx, { from: "2026-01-02T00:00:00.000Z", to: "2026-01-02T00:10:00.000Z" });
  expect(day.rows.map((row) => row.at.slice(0, 16))).toEqual(
    Array.from({ length: 10 }, (_, n) => `2026-01-02T00:0${9 - n}`),
  );
  expect((await listAudit(ctx, { q: "rq-777" })).rows.map((row) => row.id)).toEqual([777]);
  expect((await listAudit(ctx, { q: "id_42" })).rows).toHaveLength(20);
  expect((await listAudit(ctx, { q: "name%7" })).rows).toEqual([]);
  expect(await auditChoices(ctx)).toEqual({
    who: ["Ada", "Bob", "console"],
    actions: ["node.join", "session.start", "storage.set-main", "task.create"],
    entities: ["node", "storage", "task", "user"],
  });
  await expect(listAudit(ctx, { from: "yesterday" })).rejects.toThrow();
});
