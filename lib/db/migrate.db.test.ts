import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, sqlClient } from "./client.ts";
import { migrateDatabase } from "./migrate.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

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
