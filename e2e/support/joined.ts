import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "@playwright/test";
import type { Lab } from "../../lab/index.ts";
import { createDatabase } from "../../lib/db/embedded.ts";
import { currentRun, databaseUrl } from "../fixtures/run.ts";
import { startPanel, type TestPanel } from "../fixtures/panel.ts";
import { signInContext } from "../fixtures/test.ts";
import { type ClusterInput, confirmAndWait, fillWizard } from "../verbs/wizard.ts";
import { labOfThisClone, preparedNodes } from "./nodes.ts";

/** A cluster of two nodes as the wizard makes it, by which of its storages is the main one. */
export type SceneName = "joined-file" | "joined-lvm";

function clusterOf(scene: SceneName, lab: Lab): ClusterInput {
  return {
    name: "alpha",
    storages: [
      { kind: "File", name: "files" },
      { kind: "LVM", name: "group" },
    ],
    main: scene === "joined-file" ? "files" : "group",
    nodes: lab.nodes,
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
  const lab = await preparedNodes();
  const panel = await startPanel();
  const context = await browser.newContext({ baseURL: panel.url });
  try {
    await signInContext(context, panel);
    const page = await context.newPage();
    await fillWizard(page, clusterOf(scene, lab));
    await confirmAndWait(page, "Create the cluster");
  } finally {
    await context.close();
    await panel.stop();
  }
  if (!panel.databaseUrl) throw new Error("the panel has no database of its own in the run");
  const source = new URL(panel.databaseUrl).pathname.slice(1);
  await createDatabase(databaseUrl(currentRun().serverUrl, "postgres"), template, { template: source });
  await lab.save(scene);
}
