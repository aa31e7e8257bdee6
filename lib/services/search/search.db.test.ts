import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import type { ServiceContext } from "../context.ts";
import { search } from "./search.ts";

const COUNT = 20_000;
const ctx: ServiceContext = {
  actor: { id: "u1", name: "Ada", email: "ada@example.net" },
  requestId: "rq",
  address: "127.0.0.1",
  now: new Date(),
};

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  await db().execute(sql`insert into clusters (id, name, virtualization, image_dir, share_dir)
    select 'cl_' || n, 'Cluster-' || n, 'kvm', '/image', '/share' from generate_series(1, 200) n`);
  await db().execute(sql`insert into nodes (id, cluster_id, name, address, port, "user", fingerprint, key_secret, machine_id, membership, facts)
    select 'nd_' || n, 'cl_' || 1 + n % 200, 'host' || n, '10.' || n / 65536 || '.' || (n / 256) % 256 || '.' || n % 256, 22, 'root', 'f', 'k', 'm' || n,
      'member', jsonb_build_object('system', repeat('x', 400)) from generate_series(1, ${COUNT}::int) n`);
  await db().execute(sql`insert into storages (id, cluster_id, name, kind, config)
    select 'st_' || n, 'cl_' || 1 + n % 200, 'disk_' || n, 'lvm', '{}' from generate_series(1, ${COUNT}::int) n`);
  await db().execute(sql`insert into drives (id, cluster_id, storage_id, node_id, label, format, size, state)
    select 'dr_' || n, 'cl_' || 1 + n % 200, 'st_' || n, case when n % 2 = 0 then 'nd_' || n end, 'volume' || n, 'raw', 1048576, 'ready'
    from generate_series(1, ${COUNT}::int) n`);
  await db().execute(sql`insert into tasks (id, kind, title, state, plan, actor_name, request_id, created_at)
    select 'tk_' || n, 'x', jsonb_build_object('key', 'common.show'), 'done', '{}', 'Ada', 'rq', now() - n * interval '1 minute'
    from generate_series(1, ${COUNT}::int) n`);
  await db().execute(sql`insert into task_search (task_id, words, node_ids)
    select 'tk_' || n, 'join host' || n || ' tk_' || n || ' ada', '{}' from generate_series(1, ${COUNT}::int) n`);
  await db().execute(sql`vacuum analyze`);
}, 120_000);
afterAll(() => database.stop());

const found = async (q: string) => (await search(ctx, { q })).hits.map((hit) => hit.id);

it("finds the thing itself first, then what begins so, in natural order, the best of each kind", async () => {
  expect((await found("HOST1")).slice(0, 4)).toEqual(["nd_1", "nd_10", "nd_11", "nd_12"]);
  expect((await found("cluster-2")).slice(0, 3)).toEqual(["cl_2", "cl_20", "cl_21"]);
  expect(await found("10.0.1.44")).toEqual(["nd_300"]);
  expect(await found("host77 cluster-78")).toContain("nd_77");
  expect((await found("VOLUME77")).slice(0, 3)).toEqual(["dr_77", "dr_770", "dr_771"]);
  expect(await found("dr_19998")).toEqual(["dr_19998"]);
  expect((await found("volume300 host300"))[0]).toBe("dr_300");
  expect(await found("volume301 cluster-102")).toEqual(["dr_301"]);
  expect((await found("join ada")).slice(0, 2)).toEqual(["tk_1", "tk_2"]);
});

it("takes signs of a pattern as they are, and finds nothing for nothing", async () => {
  expect(await found("disk_19999")).toEqual(["st_19999", "dr_19999"]);
  expect(await found("disk%19999")).toEqual([]);
  expect(await found("diskx19999")).toEqual([]);
  expect(await found("   ")).toEqual([]);
  await expect(search(ctx, { q: "x".repeat(101) })).rejects.toThrow();
});
