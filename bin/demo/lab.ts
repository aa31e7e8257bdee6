import { type Lab, type LabNode, openLab } from "../../lab/index.ts";

/** The demo's lab has a name of its own: tests and other labs beside it are not touched. */
const INSTANCE = "demo";
const NODES = 2;

/** Boots the demo's nodes fresh: bare Debian nodes with a volume group `lvm0` and, on a disk of its own, `/vm`. */
export async function startDemoLab(): Promise<{ nodes: LabNode[] }> {
  console.log("Starting the nodes; the first time their images are built, which takes some minutes.");
  const lab = await openLab(INSTANCE, { progress: (line) => console.log(`  ${line}`) });
  await lab.up({ nodes: Array.from({ length: NODES }, () => ({ image: "ready" as const })) });
  await Promise.all(lab.nodes.map(layOut));
  return { nodes: lab.nodes };
}

/** What an administrator has prepared on a node before it joins: a file system for drives and a volume group. */
async function layOut(node: LabNode): Promise<void> {
  const [files, group] = node.disks;
  if (!files || !group) throw new Error(`${node.name} has too few disks for the demo`);
  await node.sh(["mkfs.ext4", "-q", files.path]);
  await node.sh(["mkdir", "/vm"]);
  await node.sh([
    "sh",
    "-c",
    'echo "$1 /vm ext4 nofail 0 2" >> /etc/fstab && systemctl daemon-reload && mount /vm',
    "demo",
    files.path,
  ]);
  await node.sh(["vgcreate", "--metadatasize", "16m", "lvm0", group.path], { timeoutMs: 120_000 });
}

/** Takes the demo's nodes, their disks and their network away. Does nothing when there is none. */
export async function stopDemoLab(): Promise<void> {
  const lab: Lab = await openLab(INSTANCE);
  await lab.remove();
}
