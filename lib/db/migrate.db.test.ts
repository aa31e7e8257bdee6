import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, sqlClient } from "./client.ts";
import { migrateDatabase } from "./migrate.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

/** Brings an empty database to where it was before a migration. */
async function migrateBefore(url: string, tag: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "spindle-migrations-"));
  await cp("drizzle", folder, { recursive: true });
  const file = join(folder, "meta/_journal.json");
  const journal = JSON.parse(await readFile(file, "utf8")) as { entries: { tag: string }[] };
  const entries = journal.entries.slice(
    0,
    journal.entries.findIndex((entry) => entry.tag === tag),
  );
  await writeFile(file, JSON.stringify({ ...journal, entries }));
  await migrateDatabase(url, folder);
  await rm(folder, { recursive: true });
}

describe("migrations", () => {
  it("run once when three processes start at once", async () => {
    const url = await database.createEmpty();
    await Promise.all([migrateDatabase(url), migrateDatabase(url), migrateDatabase(url)]);
    const sql = connect(url, 1);
    const done = await sql<{ count: number }[]>`select count(*)::int as count from drizzle.__drizzle_migrations`;
    await sql.end();
    const files = (await readdir("drizzle")).filter((name) => name.endsWith(".sql"));
    expect(done[0]?.count).toBe(files.length);
  });

  it("give nodes of one name, in whatever case, each its own; the first one keeps it", async () => {
    const url = await database.createEmpty();
    await migrateBefore(url, "0004_node_life");
    const sql = connect(url, 1);
    await sql`insert into clusters (id, name, virtualization, image_dir, share_dir)
      values ('cl_1', 'One', 'kvm', '/image', '/share'), ('cl_2', 'Two', 'kvm', '/image', '/share')`;
    const long = "n".repeat(64);
    const rows = [
      { id: "nd_aaaa000001", cluster: "cl_1", name: "host", age: 1 },
      { id: "nd_aaaa000002", cluster: "cl_1", name: "Host", age: 3 },
      { id: "nd_aaaa000003", cluster: "cl_2", name: "host", age: 2 },
      { id: "nd_aaaa000004", cluster: "cl_2", name: "other", age: 1 },
      { id: "nd_aaaa000005", cluster: "cl_1", name: long, age: 2 },
      { id: "nd_aaaa000006", cluster: "cl_2", name: long, age: 1 },
    ];
    for (const { id, cluster, name, age } of rows)
      await sql`insert into nodes
        (id, cluster_id, name, address, port, "user", fingerprint, key_secret, machine_id, membership, created_at)
        values (${id}, ${cluster}, ${name}, ${id}, 22, 'root', 'f', 's', ${id}, 'member', now() - make_interval(days => ${age}))`;
    await migrateDatabase(url);
    const names = await sql<{ name: string }[]>`select name from nodes order by id`;
    await sql.end();
    expect(names.map(({ name }) => name)).toEqual([
      ...["host-000001", "Host", "host-000003", "other"],
      ...[long, `${"n".repeat(57)}-000006`],
    ]);
  });
});

describe("audit rows", () => {
  it("can be written, and neither changed nor removed nor truncated", async () => {
    const sql = sqlClient();
    await sql`insert into audit (actor_name, request_id, action, entity, entity_id) values ('a', 'r', 'x', 'y', 'z')`;
    await expect(sql`update audit set action = 'other'`).rejects.toThrow(/never changed/);
    await expect(sql`delete from audit`).rejects.toThrow(/never changed/);
    await expect(sql`truncate audit`).rejects.toThrow(/never changed/);
    const [row] = await sql`select action from audit`;
    expect(row?.action).toBe("x");
  });
});
