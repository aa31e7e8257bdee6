import { type LabNode, openLab } from "../../lab/index.ts";
import { makeMountedFs, makeVolumeGroup } from "../../lab/layout.ts";

const NODES = 2;

/** Boots the nodes of the demo of this name fresh: bare Debian nodes with a volume group `lvm0` and, on a disk of its own, `/vm`. */
export async function startDemoLab(name: string): Promise<{ nodes: LabNode[] }> {
  console.log("Starting the nodes; the first time their images are built, which takes some minutes.");
  const lab = await openLab(name, { progress: (line) => console.log(`  ${line}`) });
  await lab.up({ nodes: Array.from({ length: NODES }, () => ({ image: "ready" as const })) });
  await Promise.all(lab.nodes.map(layOut));
  return { nodes: lab.nodes };
}

/** What an administrator has prepared on a node before it joins: a file system for drives and a volume group. */
async function layOut(node: LabNode): Promise<void> {
  await makeMountedFs(node, "disk3", "/vm");
  await makeVolumeGroup(node, "lvm0", ["disk1", "disk2"], { metadataSize: "16m" });
}
