import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, expect, type Page } from "@playwright/test";
import type { Lab } from "../../lab/index.ts";
import { createDatabase } from "../../lib/db/embedded.ts";
import { currentRun, databaseUrl } from "../fixtures/run.ts";
import { startPanel, type TestPanel } from "../fixtures/panel.ts";
import { signInContext } from "../fixtures/test.ts";
import { en } from "../../lib/messages/en.ts";
import { type ClusterInput, confirmAndWait, fillWizard, type StorageInput } from "../verbs/wizard.ts";
import { labOfThisClone, preparedNodes, sanForm, sanNodes } from "./nodes.ts";

/** A cluster of two nodes as the wizard makes it, by what its main storage lies on. */
export type SceneName = "joined-file" | "joined-lvm" | "joined-san";

const FILES = { kind: "File", name: "files" } as const;
const GROUP = { kind: "LVM", name: "group" } as const;

function clusterOf(lab: Lab, scene: SceneName): ClusterInput {
  const isSan = scene === "joined-san";
  return {
    ...{ name: "alpha", nodes: lab.nodes, main: isSan ? "shared" : "files" },
    storages: isSan ? [FILES, GROUP, sanStorage(lab)] : [FILES, GROUP],
  };
}

/** The form of a Network LVM storage on the first LUN of the lab's SAN, filled with all that its target asks for. */
function sanStorage(lab: Lab): StorageInput {
  const form = sanForm(lab);
  const words = en["network-lvm"];
  return {
    ...{ kind: "Network LVM", name: "shared" },
    fields: {
      ...{ [words.portals]: form.portals, [words.target]: form.target, [words.wwid]: form.wwid },
      ...{ [words["chap-user"]]: form.chapUser, [words["chap-secret"]]: form.chapSecret },
      ...{ [words["reverse-user"]]: form.reverseUser, [words["reverse-secret"]]: form.reverseSecret },
    },
  };
}

/**
 * Nodes and a panel whose cluster they are members of, both put back to one instant. The first call of a run makes the
 * scene through the browser: nodes from `preparedNodes`, the cluster by the wizard, then both are saved.
 */
export async function joinedPanel(browser: Browser, scene: SceneName): Promise<{ lab: Lab; panel: TestPanel }> {
  const run = currentRun();
  const template = `scene_${scene.replace("-", "_")}`;
  // The nodes' scene outlives the run's database server, so whether this run has made it stands in the run's folder.
  const made = join(run.folder, scene);
  if (!existsSync(made)) {
    await makeScene(browser, scene, template);
    await writeFile(made, "");
  }
  const lab = await labOfThisClone();
  await lab.restore(scene);
  return { lab, panel: await startPanel({ template }) };
}

async function makeScene(browser: Browser, scene: SceneName, template: string): Promise<void> {
  const isMade = scene !== "joined-lvm";
  const nodes = scene === "joined-san" ? sanNodes : preparedNodes;
  // That cluster is the one on files with another main storage: a click instead of two more joins.
  const { lab, panel } = isMade
    ? { lab: await nodes(), panel: await startPanel() }
    : await joinedPanel(browser, "joined-file");
  const context = await browser.newContext({ baseURL: panel.url });
  try {
    await signInContext(context, panel);
    const page = await context.newPage();
    if (isMade) {
      await fillWizard(page, clusterOf(lab, scene));
      await confirmAndWait(page, "Create the cluster", 900_000);
    } else await makeGroupMain(page);
  } finally {
    await context.close();
    await panel.stop();
  }
  if (!panel.databaseUrl) throw new Error("the panel has no database of its own in the run");
  const source = new URL(panel.databaseUrl).pathname.slice(1);
  await createDatabase(databaseUrl(currentRun().serverUrl, "postgres"), template, { template: source });
  await lab.save(scene);
}

async function makeGroupMain(page: Page): Promise<void> {
  await page.goto("/");
  await page.getByRole("link", { name: "alpha", exact: true }).first().click();
  const active = page.getByRole("row").filter({ hasText: "Active" });
  await expect(active).toHaveCount(2, { timeout: 120_000 });
  await page.getByRole("columnheader", { name: /group/ }).getByRole("link").click();
  await page.getByRole("button", { name: "Make it the main storage" }).click();
  // The button says that it looks meanwhile; only this word says that it is done.
  await expect(page.getByText("main storage", { exact: true })).toBeVisible({ timeout: 120_000 });
}
