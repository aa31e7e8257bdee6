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

it("leaves no statement unanswered when the server is killed in the middle and started again", async () => {
  const unanswered = new Set<number>();
  let count = 0;
  const ask = (work: () => Promise<unknown>) => {
    const own = count++;
    unanswered.add(own);
    // Whether it failed or not: what counts is that there was an answer.
    const answered = () => unanswered.delete(own);
    work().then(answered, answered);
  };
  const timers = [
    setInterval(() => ask(() => db().execute(sql`select 7, ${"y".repeat(30)}::text`)), 40),
    setInterval(() => ask(() => inTransaction(async (tx) => tx.execute(sql`select 8`))), 70),
  ];
  // It is started again by whoever keeps it alive.
  database.server.keepAlive(() => {});
  let attempts = 0;
  const result = await whileAway(() =>
    inTransaction(async (tx) => {
      await tx.execute(sql`select 1`);
      attempts += 1;
      if (attempts === 1) database.kill9();
      return tx.execute(sql`select 42 as it, ${"x".repeat(100)}::text`);
    }),
  );
  for (const timer of timers) clearInterval(timer);
  expect(result[0]?.it).toBe(42);
  await expect.poll(() => unanswered.size, { timeout: 12_000 }).toBe(0);
});
