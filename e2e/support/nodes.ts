import { createHash } from "node:crypto";
import { type Lab, type LabNode, lunWwid, openLab, portalAddresses, sanPort } from "../../lab/index.ts";
import { makeMountedFs, makeVolumeGroup } from "../../lab/layout.ts";
import { ROOT } from "../fixtures/run.ts";

/** Two nodes with all packages, as they were booted. Made once for all tests of this clone. */
const BARE = "bare";
/** The same as an administrator has them before they join: `/vm` on disk3, `lvm0` over disk1 and disk2. */
const PREPARED = "prepared";
/** Those beside a SAN. */
const BESIDE_SAN = "beside-two-targets";
const PLAIN = "plain";

const DISKS = [
  { name: "disk1", sizeMiB: 8192 },
  { name: "disk2", sizeMiB: 4096 },
  { name: "disk3", sizeMiB: 4096 },
  { name: "disk4", sizeMiB: 512 },
  { name: "disk5", sizeMiB: 256 },
];

/** Two clones, or tests beside a demo, never meet. */
function instanceName(prefix: string): string {
  return `${prefix}-${createHash("sha256").update(ROOT).digest("hex").slice(0, 8)}`;
}

const openWithProgress = (name: string) => openLab(name, { progress: (line) => console.log(`  lab: ${line}`) });

/** This clone's lab as it is, nothing started. */
export function labOfThisClone(): Promise<Lab> {
  return openWithProgress(instanceName("tests"));
}

/** Nodes put back to a scene; where there is none yet, `make` brings them there and it is saved. */
async function atScene(lab: Lab, scene: string, make: () => Promise<unknown>): Promise<Lab> {
  if (await lab.hasScene(scene)) await lab.restore(scene);
  else {
    await make();
    await lab.save(scene);
  }
  return lab;
}

async function boot(lab: Lab, specs: Parameters<Lab["up"]>[0]["nodes"]): Promise<void> {
  await lab.up({ nodes: specs });
  await Promise.all(lab.nodes.map((node) => node.waitBooted()));
}

/** Two nodes `n1` and `n2`, bare; booted the first time, put back to that instant after it. */
export async function bareNodes(): Promise<Lab> {
  const lab = await labOfThisClone();
  const spec = { image: "ready" as const, disks: DISKS };
  return atScene(lab, BARE, () => boot(lab, [spec, spec]));
}

/** The same nodes with something laid out on them, kept under a name of its own. */
export async function nodesWith(scene: string, layOut: (node: LabNode) => Promise<void>): Promise<Lab> {
  const lab = await labOfThisClone();
  return atScene(lab, scene, async () => {
    await bareNodes();
    await Promise.all((await labOfThisClone()).nodes.map(layOut));
  });
}

/** Two nodes, ready to join. */
export function preparedNodes(): Promise<Lab> {
  return nodesWith(PREPARED, async (node) => {
    await makeMountedFs(node, "disk3", "/vm");
    await makeVolumeGroup(node, "lvm0", ["disk1", "disk2"], { metadataSize: "16m" });
  });
}

/**
 * The same nodes beside a SAN: `san1` asks for CHAP both ways and shows `lun1`, with room for the hundreds of drives of the full
 * run, `lun2`, and `full`, which holds a file system; `san2` asks for another CHAP and shows a `lun1` of its own. They take what
 * is written.
 */
export async function sanNodes(): Promise<Lab> {
  const lab = await labOfThisClone();
  const luns = [
    { name: "lun1", sizeMiB: 2560 },
    { name: "lun2", sizeMiB: 512 },
    { name: "full", sizeMiB: 64 },
  ];
  return atScene(lab, BESIDE_SAN, async () => {
    await preparedNodes();
    await lab.startSan([
      { name: "san1", chap: "mutual", luns },
      { name: "san2", chap: "mutual", luns: [{ name: "lun1", sizeMiB: 512 }] },
    ]);
  });
}

/**
 * Whether every path to a LUN is up. A node that was put back knows nothing of the SAN's new start: it takes a read by each
 * path to meet that, and the session's recovery for the read to come to its end.
 */
const PATHS_UP = `
paths_up() {
  for path in /dev/disk/by-path/ip-*; do
    [ ! -e "$path" ] || dd if="$path" of=/dev/null bs=4096 count=1 iflag=direct status=none || return 1
  done
  ! multipath -ll | grep -Eq ' (failed|faulty) '
}
for try in $(seq 60); do
  paths_up && exit 0
  sleep 1
done
exit 1`;

/** Waits until nodes that were put back together with their SAN have found it again; where there is none nothing is waited for. */
export async function sanIsBack({ nodes, targets }: Lab): Promise<void> {
  if (targets.length > 0) await Promise.all(nodes.map((node) => node.sh(PATHS_UP, { timeoutMs: 180_000 })));
}

/** What the form of a Network LVM storage on the first LUN of a target is filled with, by default the first one: all that it asks for. */
export function sanForm({ instance, targets }: Lab, which = 0) {
  const target = targets[which];
  if (!target) throw new Error("the lab has no such target");
  const { iqn, chap, reverse } = target;
  return {
    portals: portalAddresses(instance)
      .map((address) => `${address}:${sanPort}`)
      .join(", "),
    ...{ target: iqn, wwid: lunWwid(target, "lun1") },
    ...{ chapUser: chap?.user ?? "", chapSecret: chap?.password ?? "" },
    ...{ reverseUser: reverse?.user ?? "", reverseSecret: reverse?.password ?? "" },
  };
}

/** The first of them alone, for loops that put it back many times. */
export async function onePreparedNode(): Promise<LabNode> {
  const lab = await labOfThisClone();
  if (!(await lab.hasScene(PREPARED))) await preparedNodes();
  await lab.restore(PREPARED, ["n1"]);
  return lab.node("n1");
}

const plainLab = () => openWithProgress(instanceName("plain"));

/**
 * One node `plain` that is a minimal Debian: none of the packages, the lab's repository among its sources. A name of its
 * own, because machines of one name are refused in one draft.
 */
export async function plainNode(): Promise<Lab> {
  const lab = await plainLab();
  return atScene(lab, PLAIN, () => boot(lab, [{ name: "plain", image: "plain" }]));
}

/** Ends the nodes of this clone's lab; their scenes stay. */
export async function nodesDown(): Promise<void> {
  await (await labOfThisClone()).down();
}

/** Ends the plain node; its scene stays. */
export async function plainDown(): Promise<void> {
  await (await plainLab()).down();
}
