import { createHash } from "node:crypto";
import { type Lab, type LabNode, openLab } from "../../lab/index.ts";
import { makeMountedFs, makeVolumeGroup } from "../../lab/layout.ts";
import { ROOT } from "../fixtures/run.ts";

/** Two prepared nodes, as an administrator has them before they join: `/vm` on disk3, `lvm0` over disk1 and disk2. */
const PREPARED = "prepared";

/** The name of this clone's lab for browser tests: two clones, or tests beside a demo, never meet. */
function instanceName(): string {
  return `e2e-${createHash("sha256").update(ROOT).digest("hex").slice(0, 8)}`;
}

/** This clone's lab as it is, nothing started. */
export function labOfThisClone(): Promise<Lab> {
  return openLab(instanceName(), { progress: (line) => console.log(`  lab: ${line}`) });
}

/** This clone's lab, with two prepared nodes put back to one instant; booted and laid out the first time. */
export async function preparedNodes(): Promise<Lab> {
  const lab = await labOfThisClone();
  if (await lab.hasScene(PREPARED)) await lab.restore(PREPARED);
  else {
    await lab.up({ nodes: [{ image: "ready" }, { image: "ready" }] });
    await Promise.all(lab.nodes.map(prepare));
    await lab.save(PREPARED);
  }
  return lab;
}

async function prepare(node: LabNode): Promise<void> {
  await node.waitBooted();
  await makeMountedFs(node, "disk3", "/vm");
  await makeVolumeGroup(node, "lvm0", ["disk1", "disk2"], { metadataSize: "16m" });
}

/** Ends this clone's nodes; their scenes stay for the next run. */
export async function nodesDown(): Promise<void> {
  await (await labOfThisClone()).down();
}
