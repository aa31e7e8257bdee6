import { execFileSync } from "node:child_process";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { db, inTransaction } from "./client.ts";
import { whileAway } from "./retry.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

/** Kills the server and all its children, without a word. */
function kill9(): void {
  const { pid } = database.server;
  const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
  execFileSync("sh", ["-c", `kill -9 ${pid} ${children.trim().split(/\s+/).join(" ")} 2>/dev/null || :`]);
}

it("leaves no statement unanswered when the server is killed and started again", async () => {
  const settled: string[] = [];
  const statements = Array.from({ length: 60 }, (_, at) => {
    const one = () => db().execute(sql`select ${at}::int, pg_sleep(0.05)`);
    const work =
      at % 3 === 0 ? inTransaction(async (tx) => void (await tx.execute(sql`select pg_sleep(0.05)`))) : one();
    return work.then(
      () => settled.push("answered"),
      () => settled.push("failed"),
    );
  });
  database.server.keepAlive(() => {});
  kill9();
  // It is started again by whoever keeps it alive.
  const answer = await whileAway(() => inTransaction(async (tx) => tx.execute(sql`select 42 as it`)));
  expect(answer[0]?.it).toBe(42);
  await Promise.all(statements);
  expect(settled).toHaveLength(60);
});
