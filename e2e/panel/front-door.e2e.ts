import { expect, test } from "../fixtures/test.ts";

test.describe("the front door", () => {
  test("a signed-in page shows, and every script on it carries the answer's nonce", async ({ page, panel }) => {
    const answer = await page.goto(panel.url);
    const policy = answer?.headers()["content-security-policy"] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    expect(nonce).toBeTruthy();
    const html = (await answer?.text()) ?? "";
    const scripts = html.match(/<script\b[^>]*>/g) ?? [];
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
    await expect(page.getByRole("main")).toBeVisible();
  });
});
