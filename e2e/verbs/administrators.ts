import { type Browser, expect, type Page } from "@playwright/test";
import { en } from "../../lib/messages/en.ts";
import { guardPages } from "../fixtures/page-guard.ts";

const t = en.pages.settings;
const door = en.pages.door;

/** A second person in a browser of their own, through an invitation that the first one makes by clicks. */
export async function invite(page: Page, browser: Browser, url: string, name: string): Promise<Page> {
  await page.goto(`${url}/settings`);
  await page.getByRole("button", { name: t.inviteAction }).click();
  const link = (await page.locator("code").textContent()) ?? "";
  const context = await browser.newContext({ baseURL: url });
  await guardPages(context, () => url);
  const theirs = await context.newPage();
  await theirs.goto(link);
  await theirs.getByLabel(door.name).fill(name);
  await theirs.getByLabel(door.email).fill(`${name.toLowerCase()}@example.net`);
  await theirs.getByLabel(door.password, { exact: true }).fill("a long enough one");
  await theirs.getByRole("button", { name: door.invite.submit }).click();
  await expect(theirs).toHaveURL(`${url}/`);
  return theirs;
}
