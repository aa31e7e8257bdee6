import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { db, inTransaction, isDatabaseAway } from "./client.ts";
import { whileAway } from "./retry.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

/** Stands in the killed server's place, takes connections, and never says a word. */
async function muteServer(): Promise<{ taken: () => number; stop: () => Promise<void> }> {
  const path = join(decodeURIComponent(new URL(database.url).hostname), ".s.PGSQL.5432");
  rmSync(path, { force: true });
  let taken = 0;
  const server = createServer((socket) => {
    taken += 1;
    socket.on("error", () => {}).resume();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { taken: () => taken, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

it("fails statements at once while the database is away, without a connection for each, and answers by itself after", async () => {
  database.kill9();
  await db()
    .execute(sql`select 1`)
    .catch(() => {});
  await expect.poll(isDatabaseAway).toBe(true);
  const mute = await muteServer();
  const results = await Promise.allSettled([
    ...Array.from({ length: 200 }, () => db().execute(sql`select 1`)),
    ...Array.from({ length: 50 }, () => inTransaction(async (tx) => tx.execute(sql`select 1`))),
  ]);
  expect(results.filter((result) => result.status === "fulfilled")).toEqual([]);
  await expect.poll(mute.taken, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(mute.taken(), "only the search itself connects").toBeLessThan(3);
  await mute.stop();
  database.server.keepAlive(() => {});
  const back = await whileAway(() => db().execute(sql`select 42 as it`));
  expect(back[0]?.it).toBe(42);
  expect(isDatabaseAway()).toBe(false);
});
