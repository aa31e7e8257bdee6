import { en } from "../../lib/messages/en.ts";
import { expect, test } from "../fixtures/test.ts";
import { nodesDown, preparedNodes } from "../support/nodes.ts";
import { walk } from "../support/walk.ts";
import { tabTo } from "../verbs/keyboard.ts";
import { machine, taskDone } from "../verbs/wizard.ts";

test.afterAll(nodesDown);

/** Longer than any page of the wizard has stops. */
const MOST = 80;

test.describe("a cluster is made by keyboard alone", () => {
  const it = walk(preparedNodes);

  test("from the name to the node's own page, no hand on the mouse", { tag: ["@S05", "@P01", "@P13"] }, async () => {
    const { page } = it;
    const node = it.lab.node("n1");
    const { keyboard } = page;
    const press = async (name: RegExp) => {
      await tabTo(page, name, MOST);
      await keyboard.press("Enter");
    };
    // Whoever goes on to the next step stands at its heading.
    const goOn = async (step: string) => {
      await press(new RegExp(`^Next: ${step}$`));
      await expect(page.getByRole("heading", { level: 2, name: step })).toBeFocused();
    };
    await page.goto("/");
    await press(/Create the first cluster/);
    await expect(page.getByLabel(en.wizard.name.label)).toBeVisible();
    await tabTo(page, /Cluster name/, MOST);
    await keyboard.type("alpha");
    await goOn("Storages");
    await press(/^File/);
    await goOn("Main storage");
    await goOn("Nodes");
    await press(/Add by address/);
    await tabTo(page, /^Address/, MOST);
    await keyboard.type(node.address);
    await tabTo(page, /^Password/, MOST);
    await keyboard.press("Space");
    await tabTo(page, /^Password/, MOST);
    await keyboard.type(node.rootPassword ?? "");
    await press(/^Add$/);
    const own = machine(page, node.address);
    await expect(own.getByText(await node.hostKeyFingerprint())).toBeVisible({ timeout: 200_000 });
    await press(/It is the right one/);
    await expect(own.getByText("ready to join")).toBeVisible({ timeout: 400_000 });
    await goOn("Review");
    await expect(page.getByRole("button", { name: "Create the cluster" })).toBeEnabled();
    await press(/Create the cluster/);
    await page.waitForURL(/\/tasks\//, { timeout: 300_000 });
    await taskDone(page);
  });
});
