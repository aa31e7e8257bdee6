import { en } from "../../lib/messages/en.ts";
import { connect } from "../../lib/db/client.ts";
import { actionNamed, callAction } from "../fixtures/actions.ts";
import { get, post, refusal } from "../fixtures/http.ts";
import type { TestPanel } from "../fixtures/panel.ts";
import { expect, test } from "../fixtures/test.ts";

test.use({ panelOptions: { begin: "bare" } });

const door = en.pages.door;
const token = (panel: TestPanel) => panel.setupUrl!.slice(panel.setupUrl!.indexOf("#") + 1);
const person = (name: string) => ({ name, email: `${name.toLowerCase()}@example.net`, password: "a long enough one" });

async function redeem(panel: TestPanel, name: string, link = token(panel)) {
  const { result } = await callAction(panel, await actionNamed("redeemAccountLink"), { ...person(name), token: link });
  if (!result) throw new Error("no answer");
  return result;
}

async function users(panel: TestPanel): Promise<string[]> {
  const sql = connect(panel.databaseUrl!, 1);
  const rows = await sql<{ email: string }[]>`select email from users order by email`;
  await sql.end();
  return rows.map((row) => row.email);
}

test.describe("the set-up link", () => {
  test("makes the first administrator, signs in, and works only once", async ({ page, panel }) => {
    await page.goto(panel.setupUrl!);
    await page.getByLabel(door.name).fill("Grace");
    await page.getByLabel(door.email).fill("grace@example.net");
    await page.getByLabel(door.password, { exact: true }).fill("a long enough one");
    await page.getByRole("button", { name: door.setup.submit }).click();
    await expect(page).toHaveURL(`${panel.url}/`);
    await expect(page.getByRole("main")).toBeVisible();

    await page.goto(panel.setupUrl!);
    await page.reload();
    const again = await redeem(panel, "Mallory");
    expect(again).toMatchObject({ ok: false, error: { code: "not-allowed", message: { key: "auth.link.used" } } });
    expect(await users(panel)).toEqual(["grace@example.net"]);
  });

  test("is refused in words when its hour is over, and a restart prints a new one that works", async ({
    page,
    panel,
    guard,
  }) => {
    void guard;
    const sql = connect(panel.databaseUrl!, 1);
    await sql`update setup_links set expires_at = now() - interval '1 second'`;
    await sql.end();
    const old = token(panel);
    await page.goto(panel.setupUrl!);
    await page.getByLabel(door.name).fill("Grace");
    await page.getByLabel(door.email).fill("grace@example.net");
    await page.getByLabel(door.password, { exact: true }).fill("a long enough one");
    await page.getByRole("button", { name: door.setup.submit }).click();
    await expect(page.getByText(en.auth.link.late)).toBeVisible();
    expect(await users(panel)).toEqual([]);

    await panel.restart();
    expect(token(panel)).not.toBe(old);
    expect(await redeem(panel, "Grace", old)).toMatchObject({
      ok: false,
      error: { message: { key: "auth.link.unknown" } },
    });
    expect(await redeem(panel, "Grace")).toMatchObject({ ok: true });
  });

  test("used by two at once makes one administrator", async ({ panel }) => {
    const names = ["Ann", "Ben", "Cid", "Dot", "Eve", "Fay"];
    const results = await Promise.all(names.map((name) => redeem(panel, name)));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    for (const result of results) if (!result.ok) expect(result.error.message.key).toBe("auth.link.used");
    expect(await users(panel)).toHaveLength(1);
  });

  test("opened by two: the second is told that it was used, gets no session, and makes nobody", async ({
    page,
    browser,
    panel,
  }) => {
    const elsewhere = await browser.newContext();
    const second = await elsewhere.newPage();
    for (const [each, name] of [
      [page, "Grace"],
      [second, "Mallory"],
    ] as const) {
      await each.goto(panel.setupUrl!);
      await each.getByLabel(door.name).fill(name);
      await each.getByLabel(door.email).fill(`${name.toLowerCase()}@example.net`);
      await each.getByLabel(door.password, { exact: true }).fill("a long enough one");
    }
    await page.getByRole("button", { name: door.setup.submit }).click();
    await expect(page).toHaveURL(`${panel.url}/`);
    const submit = second.getByRole("button", { name: door.setup.submit });
    for (const _ of ["first", "again"]) {
      await submit.click();
      await expect(second.getByText(en.auth.link.used)).toBeVisible();
      await expect(submit).toBeEnabled();
    }
    expect((await elsewhere.cookies()).filter((cookie) => cookie.name.includes("session"))).toEqual([]);
    await second.goto(`${panel.url}/`);
    await expect(second).toHaveURL(`${panel.url}/sign-in`);
    expect(await users(panel)).toEqual(["grace@example.net"]);
    // Nor does whoever used it make a second account by sending the form once more.
    expect(await redeem(panel, "Grace")).toMatchObject({ ok: false, error: { message: { key: "auth.link.used" } } });
    await elsewhere.close();
  });

  test("is good for an hour, and not for a moment longer", async ({ panel }) => {
    const sql = connect(panel.databaseUrl!, 1);
    const [row] = await sql<{ seconds: number }[]>`
      select extract(epoch from expires_at - now())::int as seconds from setup_links where purpose = 'first'`;
    expect(row!.seconds).toBeGreaterThan(3_400);
    expect(row!.seconds).toBeLessThanOrEqual(3_600);
    await sql`update setup_links set expires_at = now()`;
    const late = { ok: false, error: { message: { key: "auth.link.late" } } };
    expect(await redeem(panel, "Grace")).toMatchObject(late);
    expect(await users(panel)).toEqual([]);
    await sql`update setup_links set expires_at = now() + interval '1 minute'`;
    await sql.end();
    expect(await redeem(panel, "Grace")).toMatchObject({ ok: true });
  });

  test("is kept as a hash only, and is in no log line", async ({ panel }) => {
    const sql = connect(panel.databaseUrl!, 1);
    const [row] = await sql<{ all: string }[]>`select string_agg(setup_links::text, ' ') as all from setup_links`;
    await sql.end();
    expect(row!.all).not.toContain(token(panel));
    await redeem(panel, "Grace");
    const logged = panel
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"));
    expect(logged.join("\n")).not.toContain(token(panel));
    expect(logged.join("\n")).not.toContain("a long enough one");
  });

  test("what is wrong in the form is said beside each field, and the link still works", async ({ panel }) => {
    const action = await actionNamed("redeemAccountLink");
    const { result } = await callAction(panel, action, {
      token: token(panel),
      name: " ",
      email: "x",
      password: "short",
    });
    expect(result).toMatchObject({
      ok: false,
      error: {
        code: "invalid-input",
        fields: {
          name: { key: "auth.field.name-missing" },
          email: { key: "auth.field.email" },
          password: { key: "auth.field.password-short" },
        },
      },
    });
    expect(await redeem(panel, "Grace")).toMatchObject({ ok: true });
  });
});

test("until there is an administrator every page leads to the set-up page and every route refuses", async ({
  panel,
}) => {
  for (const path of ["/", "/sign-in", "/clusters/x", "/nothing", "/invite"]) {
    const answer = await get(panel, path);
    expect([path, answer.status, answer.headers.get("location")]).toEqual([path, 307, "/setup"]);
  }
  for (const path of ["/api/auth/session", "/api/events", "/api/nothing"]) {
    const answer = await get(panel, path);
    expect([path, answer.status, refusal(answer)?.message.key]).toEqual([path, 403, "errors.not-set-up"]);
  }
  const signIn = await post(panel, "/api/auth/sign-in", { email: "a@example.net", password: "x" });
  expect(signIn.status).toBe(403);
  expect((await get(panel, "/setup")).status).toBe(200);
});
