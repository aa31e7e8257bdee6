import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sqlClient } from "./client.ts";
import { notify, onNotify } from "./notify.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

it("reads the state again after its connection was lost, since hints sent meanwhile are lost", async () => {
  const hints: string[] = [];
  let rereads = 0;
  const stop = await onNotify(
    "test_channel",
    (payload) => hints.push(payload),
    () => {
      rereads += 1;
    },
  );
  await notify("test_channel", "one");
  await vi.waitFor(() => expect(hints).toEqual(["one"]));
  expect(rereads).toBe(1);
  const sql = sqlClient();
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%' and pid <> pg_backend_pid()`;
  await vi.waitFor(() => expect(rereads).toBe(2), { timeout: 10_000 });
  await notify("test_channel", "two");
  await vi.waitFor(() => expect(hints).toEqual(["one", "two"]));
  await stop();
});
