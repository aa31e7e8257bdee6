import { rename } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import { connect, type Sql } from "../../lib/db/client.ts";
import { newId } from "../../lib/domain/ids.ts";
import type { Plan } from "../../lib/domain/plan.ts";
import { text } from "../../lib/domain/text.ts";
import { actionNamed, callAction } from "../fixtures/actions.ts";
import { cpuShare } from "../fixtures/cpu.ts";
import { startExternalServer } from "../fixtures/external-server.ts";
import { signInWith } from "../fixtures/http.ts";
import { startPanel, type TestPanel } from "../fixtures/panel.ts";
import { runningServers } from "../fixtures/servers.ts";
import { expect, signInContext, test } from "../fixtures/test.ts";
import { seedPanel } from "../support/seed.ts";

const AWAY_MS = 15_000;
/** Of one core, while the database is gone and browsers and nodes go on asking. */
const MOST_CPU = 0.08;
/** A task of one step that needs no node, put there as any process of the panel does. */
async function putTask(sql: Sql): Promise<string> {
  const id = newId("task");
  const title = text("pages.needs.openNode");
  const plan: Plan = {
    format: 1,
    kind: "node.join",
    title,
    targets: [],
    steps: [
      {
        kind: "panel",
        id: "forget",
        title,
        action: "join.forget-passwords",
        input: { secrets: [] },
        undo: { none: title },
      },
    ],
    locks: [],
    notes: [],
  };
  await sql.begin(async (tx) => {
    await tx`insert into tasks (id, kind, title, state, plan, actor_name, request_id)
      values (${id}, ${plan.kind}, ${tx.json(title as never)}, 'queued', ${tx.json(plan as never)}, 'Ada', 'rq-away')`;
    await tx`insert into task_steps (task_id, position, step_id, state) values (${id}, 0, 'forget', 'pending')`;
    await tx`select pg_notify('spindle_task', ${id})`;
  });
  return id;
}

/** A browser that follows the panel's tasks. */
async function follow(context: BrowserContext, panel: TestPanel): Promise<Page> {
  await signInContext(context, panel);
  const page = await context.newPage();
  await page.goto(`${panel.url}/tasks`);
  await expect(page.locator("[data-live=live]")).toBeVisible();
  return page;
}

/** Nobody touches the panel or the browser: everything must come back by itself. */
async function expectAllBack(panel: TestPanel, page: Page, url: string): Promise<void> {
  await expect.poll(async () => (await signInWith(panel, panel.admin.password)).status, { timeout: 20_000 }).toBe(200);
  const rows = page.getByRole("rowheader");
  const before = await rows.count();
  const sql = connect(url, 1);
  const taskId = await putTask(sql);
  const stateOf = async () => (await sql<{ state: string }[]>`select state from tasks where id = ${taskId}`)[0]?.state;
  await expect.poll(stateOf, { timeout: 20_000 }).toBe("done");
  await sql.end();
  await expect(page.locator("[data-live=live]")).toBeVisible({ timeout: 30_000 });
  // A list that is read does not move by itself: what is new stands in it, or is offered above it.
  const newer = page.getByRole("button", { name: "1 newer task" });
  await expect.poll(async () => (await rows.count()) + (await newer.count())).toBe(before + 1);
}

async function redeemSetup(panel: TestPanel): Promise<void> {
  const token = panel.setupUrl!.slice(panel.setupUrl!.indexOf("#") + 1);
  const { result } = await callAction(panel, await actionNamed("redeemAccountLink"), { ...panel.admin, token });
  expect(result).toMatchObject({ ok: true });
}

test.describe("a database that is gone costs the panel next to nothing, and all goes on by itself once it is back", () => {
  test.setTimeout(180_000);

  test("somebody else's server, while browsers and nodes go on asking", async ({ browser }) => {
    const server = await startExternalServer("away");
    const panel = await startPanel({ begin: "embedded", env: { DATABASE_URL: server.url } });
    await redeemSetup(panel);
    await panel.stop();
    await seedPanel(server.url);
    await panel.start();
    const context = await browser.newContext();
    const page = await follow(context, panel);
    await server.kill9();
    expect(await cpuShare(panel.pid, AWAY_MS)).toBeLessThan(MOST_CPU);
    await server.start();
    await expectAllBack(panel, page, server.url);
    await context.close();
    expect(await panel.stop()).toBe(0);
    await server.stop();
  });

  test("its own server, which can't be started again", async ({ browser }) => {
    const panel = await startPanel({ begin: "embedded" });
    await redeemSetup(panel);
    const context = await browser.newContext();
    const page = await follow(context, panel);
    const [server] = await runningServers(panel.dataDir);
    const files = join(panel.dataDir, "db", "18");
    await rename(files, `${files}.away`);
    process.kill(server!, "SIGKILL");
    expect(await cpuShare(panel.pid, AWAY_MS)).toBeLessThan(MOST_CPU);
    await rename(`${files}.away`, files);
    await expect.poll(async () => (await runningServers(panel.dataDir)).length, { timeout: 30_000 }).toBe(1);
    await expectAllBack(panel, page, `postgres://spindle@${encodeURIComponent(join(panel.dataDir, "run"))}/spindle`);
    await context.close();
    expect(await panel.stop()).toBe(0);
  });
});
