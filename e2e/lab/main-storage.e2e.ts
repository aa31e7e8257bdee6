import { expect } from "@playwright/test";
import { nodesDown } from "../support/nodes.ts";
import { BACK, row, SHOWN, status, test, why } from "../support/situation.ts";

test.afterAll(nodesDown);

test.describe("with a File main storage", () => {
  test.use({ scene: "joined-file" });

  test("another file system in place of the VM directory corrupts the node, with the cause, and it comes back by itself", {
    tag: ["@S11", "@S13", "@S32"],
  }, async ({ situation: { page, hurt, other } }) => {
    await hurt.breakFault("dir-replaced");
    await expect(status(page, hurt)).toHaveText("Corrupted", SHOWN);
    const cause = await why(page, hurt);
    await expect(cause).toContainText("/vm lies on another file system than when the node joined");
    await expect(cause.getByRole("button", { name: "Recheck" })).toBeVisible();
    await expect(cause).toContainText("first failed");
    await expect(status(page, other)).toHaveText("Active");
    await hurt.mendFault("dir-replaced");
    await expect(status(page, hurt)).toHaveText("Active", BACK);
  });

  test("a read-only VM directory is a warning in its own word, not a loss", { tag: ["@S11", "@S13"] }, async ({
    situation,
  }) => {
    const { page, hurt } = situation;
    await hurt.breakFault("dir-read-only");
    await expect(row(page, hurt)).toContainText("read only", SHOWN);
    await expect(status(page, hurt)).toHaveText("Active, 1 warning");
    await hurt.mendFault("dir-read-only");
    await expect(status(page, hurt)).toHaveText("Active", BACK);
  });

  test("a full partition is shown as full, not as lost", { tag: ["@S11", "@S14"] }, async ({
    situation: { page, hurt },
  }) => {
    await hurt.breakFault("dir-full");
    await expect(row(page, hurt)).toContainText("full", SHOWN);
    await expect(status(page, hurt)).toHaveText("Active, 1 warning");
    await hurt.mendFault("dir-full");
    await expect(status(page, hurt)).toHaveText("Active", BACK);
  });
});
