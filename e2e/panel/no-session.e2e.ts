import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "../../lib/db/client.ts";
import { builtActions, callAction } from "../fixtures/actions.ts";
import { get, post, refusal } from "../fixtures/http.ts";
import type { TestPanel } from "../fixtures/panel.ts";
import { ROOT } from "../fixtures/run.ts";
import { expect, test } from "../fixtures/test.ts";

/** What answers without a session, by design; everything else must refuse. */
const OPEN_ACTIONS = ["signIn", "signOut", "redeemAccountLink", "redeemResetLink"];
const OPEN_ROUTES = ["POST /api/auth/sign-in", "POST /api/auth/sign-out"];
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

interface Route {
  method: string;
  path: string;
}

/** Every method of every route handler, found by walking the tree. */
async function routes(): Promise<Route[]> {
  const found: Route[] = [];
  for (const entry of await readdir(join(ROOT, "app"), { recursive: true, withFileTypes: true })) {
    if (entry.name !== "route.ts" && entry.name !== "route.tsx") continue;
    const source = await readFile(join(entry.parentPath, entry.name), "utf8");
    const parts = entry.parentPath
      .slice(join(ROOT, "app").length)
      .split("/")
      .filter((part) => !part.startsWith("("));
    const path = parts.map((part) => (part.startsWith("[") ? "x" : part)).join("/");
    for (const method of METHODS) {
      if (new RegExp(`export (const|async function|function) ${method}\\b`).test(source)) found.push({ method, path });
    }
  }
  return found;
}

/** The names of every action the source exports, whether a page calls it or not. */
async function exportedActions(): Promise<{ name: string; open: boolean }[]> {
  const found: { name: string; open: boolean }[] = [];
  for (const file of await readdir(join(ROOT, "lib", "actions"))) {
    const source = await readFile(join(ROOT, "lib", "actions", file), "utf8");
    if (!/^(\/\*[\s\S]*?\*\/\s*)?["']use server["']/.test(source)) continue;
    for (const match of source.matchAll(/^export (?:const|async function) (\w+)(?:\s*=\s*(\w+))?/gm)) {
      found.push({ name: match[1]!, open: match[2] !== "action" });
    }
  }
  return found;
}

/** Asks everything with this cookie and lists what was not refused as it should be. */
async function whatAnswers(panel: TestPanel, headers: Record<string, string>): Promise<string[]> {
  const wrong: string[] = [];
  for (const { method, path } of await routes()) {
    const name = `${method} ${path}`;
    if (OPEN_ROUTES.includes(name)) continue;
    const answer = method === "GET" ? await get(panel, path, headers) : await post(panel, path, {}, headers);
    if (answer.status !== 401 || refusal(answer)?.code !== "not-signed-in") wrong.push(`${name}: ${answer.status}`);
  }
  for (const action of await builtActions()) {
    if (OPEN_ACTIONS.includes(action.name)) continue;
    const { result, status } = await callAction(panel, action, {}, headers);
    if (!result || result.ok || result.error.code !== "not-signed-in")
      wrong.push(`${action.name}: ${status} ${JSON.stringify(result)}`);
  }
  return wrong;
}

test.describe("without a session", () => {
  test("every route and every action refuses", async ({ panel }) => {
    expect((await routes()).length).toBeGreaterThan(2);
    expect((await builtActions()).length).toBeGreaterThan(2);
    expect(await whatAnswers(panel, {})).toEqual([]);
    expect(await whatAnswers(panel, { cookie: "spindle.session_token=forged.c2lnbmF0dXJl" })).toEqual([]);
  });

  test("every exported action is made by the wrapper that asks for one, but the few that are open", async () => {
    const open = (await exportedActions()).filter((action) => action.open).map((action) => action.name);
    expect(open.toSorted()).toEqual(OPEN_ACTIONS.toSorted());
  });
});

test("with a session that was ended, or whose time is over, every route and every action refuses", async ({
  panel,
}) => {
  const sql = connect(panel.databaseUrl!, 1);
  const late = await panel.signIn();
  await sql`update sessions set expires_at = now() - interval '1 second'`;
  const ended = await panel.signIn();
  expect((await get(panel, "/api/auth/session", { cookie: ended })).status).toBe(200);
  await fetch(`${panel.url}/api/auth/sign-out`, { method: "POST", headers: { cookie: ended, origin: panel.url } });
  await sql.end();
  expect(await whatAnswers(panel, { cookie: late })).toEqual([]);
  expect(await whatAnswers(panel, { cookie: ended })).toEqual([]);
});

test("a request from another site's page is refused before anything looks at it", async ({ panel }) => {
  const cookie = await panel.signIn();
  for (const headers of [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: panel.url.replace("127.0.0.1", "localhost") },
  ]) {
    const answer = await post(panel, "/api/auth/sign-out", {}, { cookie, ...headers });
    expect([answer.status, refusal(answer)?.message.key]).toEqual([403, "errors.wrong-origin"]);
  }
  const bare = await fetch(`${panel.url}/api/auth/sign-out`, { method: "POST", headers: { cookie } });
  expect(bare.status).toBe(403);
  expect((await get(panel, "/api/auth/session", { cookie })).status).toBe(200);
});
