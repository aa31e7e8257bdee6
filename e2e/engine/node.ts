import { createHash } from "node:crypto";
import { type Lab, type LabNode, openLab } from "../../lab/index.ts";
import { ROOT } from "../fixtures/run.ts";

const FRESH = "fresh";
const instance = () => `engine-${createHash("sha256").update(ROOT).digest("hex").slice(0, 8)}`;

/** This clone's lab of engine tests: one fresh node; booted the first time, put back after that. */
export async function oneNodeLab(): Promise<Lab> {
  const lab = await openLab(instance());
  if (await lab.hasScene(FRESH)) await lab.restore(FRESH);
  else {
    await lab.up({ nodes: [{ image: "ready" }] });
    await lab.nodes[0]!.waitBooted();
    await lab.save(FRESH);
  }
  return lab;
}

export async function oneNode(): Promise<LabNode> {
  return (await oneNodeLab()).nodes[0]!;
}

/** Ends the node; its scene stays. */
export async function nodeDown(): Promise<void> {
  await (await openLab(instance())).down();
}
