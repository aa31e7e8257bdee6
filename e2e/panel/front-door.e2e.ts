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

  test("an icon is there for everybody who asks, also at the address that browsers guess", async ({ panel }) => {
    for (const path of ["/icon.svg", "/favicon.ico"]) {
      const answer = await fetch(`${panel.url}${path}`);
      expect([path, answer.status, answer.headers.get("content-type")]).toEqual([path, 200, "image/svg+xml"]);
    }
  });
});
