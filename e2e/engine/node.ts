import { createHash } from "node:crypto";
import { type LabNode, openLab } from "../../lab/index.ts";
import { ROOT } from "../fixtures/run.ts";

const FRESH = "fresh";

/** The one node of this clone's engine tests, fresh; booted the first time, put back after that. */
export async function oneNode(): Promise<LabNode> {
  const name = `engine-${createHash("sha256").update(ROOT).digest("hex").slice(0, 8)}`;
  const lab = await openLab(name);
  if (await lab.hasScene(FRESH)) await lab.restore(FRESH);
  else {
    await lab.up({ nodes: [{ image: "ready" }] });
    await lab.nodes[0]!.waitBooted();
    await lab.save(FRESH);
  }
  return lab.nodes[0]!;
}

/** Ends the node; its scene stays. */
export async function nodeDown(): Promise<void> {
  const name = `engine-${createHash("sha256").update(ROOT).digest("hex").slice(0, 8)}`;
  await (await openLab(name)).down();
}
