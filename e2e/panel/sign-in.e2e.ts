import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { connect } from "../../lib/db/client.ts";
import { en } from "../../lib/messages/en.ts";
import { actionNamed, callAction } from "../fixtures/actions.ts";
import { get, refusal, signInWith } from "../fixtures/http.ts";
import { childEnv, ROOT } from "../fixtures/run.ts";
import { expect, test } from "../fixtures/test.ts";

const door = en.pages.door;

test.describe("signing in", () => {
  test.use({ signedIn: false });

  test("by the form leads back to the page that was asked for; signing out ends it", async ({ page, panel }) => {
    await page.goto(panel.url);
    await expect(page).toHaveURL(/\/sign-in/);
    await page.getByLabel(door.email).fill(panel.admin.email);
    await page.getByLabel(door.password, { exact: true }).fill("not the password");
    await page.getByRole("button", { name: door.signIn }).click();
    await expect(page.getByText(en.auth.wrong)).toBeVisible();
    await page.getByLabel(door.password, { exact: true }).fill(panel.admin.password);
    await page.getByRole("button", { name: door.signIn }).click();
    await expect(page).toHaveURL(`${panel.url}/`);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  });

  test("answers alike for a wrong password and an unknown account", async ({ panel }) => {
    const wrong = await signInWith(panel, "not the password");
    const unknown = await signInWith(
      { ...panel, url: panel.url, admin: { ...panel.admin, email: "nobody@example.net" } },
      "not the password",
    );
    expect([wrong.status, refusal(wrong)?.message]).toEqual([unknown.status, refusal(unknown)?.message]);
    expect(refusal(wrong)?.message.key).toBe("auth.wrong");
  });

  test("slows down guessing, twenty at once too, and the right password works after the wait", async ({ panel }) => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => signInWith(panel, "a guess")));
    const keys = answers.map((answer) => refusal(answer)?.message.key);
    const looked = keys.filter((key) => key === "auth.wrong").length;
    // Three are free; on a slow machine a second may pass, and a fourth is due, but the twentieth never is.
    expect(looked).toBeGreaterThanOrEqual(3);
    expect(looked).toBeLessThanOrEqual(6);
    expect(keys.filter((key) => key === "auth.wait")).toHaveLength(20 - looked);
    await expect
      .poll(async () => (await signInWith(panel, panel.admin.password)).status, { timeout: 20_000 })
      .toBe(200);
    expect((await signInWith(panel, "a guess")).status).toBe(401);
  });

  test("refuses the right password too until the delay is over, and says how long that is", async ({ panel }) => {
    await signInWith(panel, "a guess");
    const sql = connect(panel.databaseUrl!, 1);
    await sql`update sign_in_failures set count = 20 where key like 'pair:%'`;
    const early = await signInWith(panel, panel.admin.password);
    expect(refusal(early)).toMatchObject({ code: "busy", message: { key: "auth.wait" } });
    expect(Number(refusal(early)?.message.values?.seconds)).toBeGreaterThan(30);
    await sql`update sign_in_failures set last_at = now() - interval '61 seconds'`;
    await sql.end();
    expect((await signInWith(panel, panel.admin.password)).status).toBe(200);
  });

  test("is not fooled by a client that names another address each time", async ({ panel }) => {
    await signInWith(panel, "a guess");
    const sql = connect(panel.databaseUrl!, 1);
    await sql`update sign_in_failures set count = 20 where key like 'pair:%'`;
    await sql.end();
    const lie = "203.0.113.7";
    const headers = { "x-forwarded-for": lie, "x-real-ip": lie, "x-spindle-address": lie, forwarded: `for=${lie}` };
    expect(refusal(await signInWith(panel, "a guess", headers))?.message.key).toBe("auth.wait");
  });

  test("by a reset link from the console sets a new password and ends every other session", async ({ page, panel }) => {
    const cookie = await panel.signIn();
    const tool = spawn(process.execPath, ["bin/admin.ts", "reset", panel.admin.email], {
      cwd: ROOT,
      env: childEnv({
        SPINDLE_DATA: panel.dataDir,
        SPINDLE_PORT: new URL(panel.url).port,
        DATABASE_URL: panel.databaseUrl!,
      }),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [link] = await Promise.all([text(tool.stdout), once(tool, "exit")]);
    await page.goto(link.trim());
    await page.getByLabel(door.password, { exact: true }).fill("a completely new one");
    await page.getByRole("button", { name: door.reset.submit }).click();
    await expect(page).toHaveURL(`${panel.url}/`);
    expect((await get(panel, "/api/auth/session", { cookie })).status).toBe(401);
    expect((await signInWith(panel, panel.admin.password)).status).toBe(401);
    expect((await signInWith(panel, "a completely new one")).status).toBe(200);
  });
});

test.describe("behind a proxy", () => {
  test.use({ signedIn: false, panelOptions: { env: { SPINDLE_TRUSTED_PROXIES: "127.0.0.1" } } });

  test("guesses from many addresses at one account never keep its owner out", async ({ panel }) => {
    for (let number = 0; number < 14; number += 1) {
      const answer = await signInWith(panel, "a guess", {
        "x-forwarded-for": `203.0.113.${number}`,
        "x-forwarded-host": new URL(panel.url).host,
      });
      expect(refusal(answer)?.message.key).toBe("auth.wrong");
    }
    const owner = await signInWith(panel, panel.admin.password, { "x-forwarded-for": "198.51.100.1" });
    expect(owner.status).toBe(200);
  });
});

test("signing out ends the session at once, everywhere", async ({ panel }) => {
  const cookie = await panel.signIn();
  expect((await get(panel, "/api/auth/session", { cookie })).status).toBe(200);
  const signOut = (await actionNamed("signOut").catch(() => null)) ?? null;
  if (signOut) await callAction(panel, signOut, undefined, { cookie });
  else await fetch(`${panel.url}/api/auth/sign-out`, { method: "POST", headers: { cookie, origin: panel.url } });
  expect((await get(panel, "/api/auth/session", { cookie })).status).toBe(401);
});

test("whoever signs out lands on the sign-in page and nowhere else, and the next one begins at the overview", async ({
  page,
  panel,
}) => {
  await page.goto(`${panel.url}/settings`);
  await expect(page.locator("[data-live=live]")).toBeVisible();
  await page.getByRole("button", { name: en.pages.settings.signOut }).click();
  await expect(page).toHaveURL(`${panel.url}/sign-in`);
  await page.getByLabel(door.email).fill(panel.admin.email);
  await page.getByLabel(door.password, { exact: true }).fill(panel.admin.password);
  await page.getByRole("button", { name: door.signIn }).click();
  await expect(page).toHaveURL(`${panel.url}/`);
});
