import { connect } from "../../lib/db/client.ts";
import type { TestPanel } from "../fixtures/panel.ts";
import { expect, test } from "../fixtures/test.ts";

interface Frame {
  id: string | null;
  name: string;
  data: unknown;
}

/** Reads frames of a stream until it has enough or the stream ends. */
async function frames(panel: TestPanel, cookie: string, count: number, from?: string): Promise<Frame[]> {
  const abort = new AbortController();
  const headers: Record<string, string> = { cookie, ...(from ? { "last-event-id": from } : {}) };
  const response = await fetch(`${panel.url}/api/events`, { headers, signal: abort.signal });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split("\n\n").length <= count) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  abort.abort();
  return text.split("\n\n").filter(Boolean).map(parse);
}

function parse(block: string): Frame {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? null;
  return { id: field("id"), name: field("event") ?? "", data: JSON.parse(field("data") ?? "null") };
}

test("the stream begins with resync, resumes in silence from a known event, and resyncs from another process's", async ({
  panel,
}) => {
  const cookie = await panel.signIn();
  const [first, beat] = await frames(panel, cookie, 2);
  expect(first).toMatchObject({ name: "live", data: { type: "resync" } });
  expect(beat).toMatchObject({ name: "beat", id: null });
  const [resumed] = await frames(panel, cookie, 1, first!.id!);
  expect(resumed).toMatchObject({ name: "beat" });
  await panel.restart();
  const [again] = await frames(panel, cookie, 1, first!.id!);
  expect(again).toMatchObject({ name: "live", data: { type: "resync" } });
});

test("a stream ends within a heartbeat of its session", async ({ panel }) => {
  const cookie = await panel.signIn();
  const response = await fetch(`${panel.url}/api/events`, { headers: { cookie } });
  const reader = response.body!.getReader();
  await reader.read();
  const sql = connect(panel.databaseUrl!, 1);
  await sql`delete from sessions`;
  await sql.end();
  const begun = Date.now();
  while (!(await reader.read()).done) expect(Date.now() - begun).toBeLessThan(20_000);
  expect(Date.now() - begun).toBeLessThan(20_000);
});

test("ten tabs of a browser share one stream, and the next tab takes over when the first is closed", async ({
  context,
  page,
  panel,
}) => {
  let streams = 0;
  context.on("request", (request) => {
    if (request.url().includes("/api/events")) streams += 1;
  });
  const live = (tab: typeof page) => expect(tab.locator('[data-live="live"]').first()).toBeVisible();
  await page.goto(panel.url);
  await live(page);
  const tabs = [];
  for (let number = 0; number < 9; number += 1) tabs.push(await context.newPage());
  for (const tab of tabs) await tab.goto(panel.url);
  for (const tab of tabs) await live(tab);
  expect(streams).toBe(1);
  await page.close();
  await expect.poll(() => streams).toBe(2);
  for (const tab of tabs) await live(tab);
});

test("the page says when the panel is gone and catches up when it is back, without a reload", async ({
  page,
  panel,
  guard,
}) => {
  // However far a request was when the panel ended.
  guard.allow(/ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|INCOMPLETE_CHUNKED|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/);
  await page.goto(panel.url);
  await expect(page.locator('[data-live="live"]').first()).toBeVisible();
  await panel.stop();
  await expect(page.locator('[data-live="offline"]').first()).toBeVisible({ timeout: 20_000 });
  await panel.start();
  await expect(page.locator('[data-live="live"]').first()).toBeVisible({ timeout: 20_000 });
});
