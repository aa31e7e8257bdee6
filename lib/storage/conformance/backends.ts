import { createHash } from "node:crypto";
import { type LabNode, makeMountedFs, makeVolumeGroup, openLab } from "#lab/index.ts";
import type { Command, NodeStep } from "../../domain/plan.ts";
import type { StorageCheck } from "../../domain/live.ts";
import type { StorageKind } from "../../domain/storage.ts";
import type { DriveContext, Identity, Ownership, StorageDriver } from "../contract.ts";
import { requireDriver } from "../registry.ts";
import { type Ended, perform } from "./perform.ts";

const SCENE = "conformance";
const DISKS = [
  { name: "disk1", sizeMiB: 512 },
  { name: "disk2", sizeMiB: 512 },
];
const DIRS = { imageDir: "/image", shareDir: "/share" };
export const MIB = 1024 ** 2;

/** What the suite has to know of a storage beside its driver: how to lay it out, and how the node itself looks at a drive. */
export interface Layout {
  kind: StorageKind;
  config: Record<string, string>;
  /** Path on the node at which a drive's volume lies; `$ID` stands for its id. */
  path: string;
  /** Shell that ends with 0 when the first `$2` bytes of the drive `$1` read as zeros. */
  read: string;
  /** Shell that writes something into the drive `$1`. */
  write: string;
  /** Prints the bytes the node itself says are free. */
  free: string;
  /** Makes a volume of the name `$1` that is not ours. */
  stranger: string;
  /** Something is written over the whole of what is free now, then freed. */
  soil: string;
  /** Another storage under the same name, and back. */
  swap: string;
  swapBack: string;
}

const lvm: Layout = {
  kind: "lvm",
  config: { vgName: "lvm0" },
  path: "/dev/lvm0/$ID",
  read: 'lvchange -ay "lvm0/$1" && cmp -n "$2" "/dev/lvm0/$1" /dev/zero; code=$?; lvchange -an "lvm0/$1"; exit $code',
  write: 'lvchange -ay "lvm0/$1" && printf data | dd of="/dev/lvm0/$1" conv=fsync status=none; lvchange -an "lvm0/$1"',
  free: "vgs --noheadings --nosuffix --units b -o vg_free lvm0",
  stranger: 'lvcreate -y -qq -n "$1" -L 4m lvm0',
  soil: `lvcreate -y -qq -n soil -l 100%FREE lvm0
    tr '\\0' 'x' </dev/zero | dd of=/dev/lvm0/soil bs=1M oflag=direct iflag=fullblock status=none
    lvremove -y -qq lvm0/soil`,
  swap: "vgrename lvm0 away && truncate -s 64M /root/swap && losetup /dev/loop7 /root/swap && vgcreate -q lvm0 /dev/loop7",
  swapBack: "vgremove -q lvm0; losetup -d /dev/loop7; rm -f /root/swap; vgrename away lvm0",
};

const file: Layout = {
  kind: "file",
  config: { vmDir: "/vm" },
  path: "/vm/$ID.qcow2",
  read: 'qemu-io -r -f qcow2 -c "read -q -P 0 0 $2" "/vm/$1.qcow2"',
  write: 'qemu-io -f qcow2 -c "write -P 100 0 4k" "/vm/$1.qcow2"',
  free: "stat -f -c '%a * %S' /vm | sed 's/ //g' | { IFS='*' read -r a b; echo $((a * b)); }",
  stranger: 'echo stranger >"/vm/$1.qcow2"',
  soil: "tr '\\0' 'x' </dev/zero | dd of=/vm/.soil bs=1M status=none; rm /vm/.soil; sync -f /vm",
  swap: "mount -t tmpfs -o size=64m swap /vm",
  swapBack: "umount /vm",
};

export const LAYOUTS: readonly Layout[] = [file, lvm];

/** A storage on a real node, as a driver sees it. */
export class Backend {
  readonly layout: Layout;
  readonly node: LabNode;
  readonly driver: StorageDriver;
  readonly owner: Ownership;
  identity: Identity = {};
  details: Record<string, unknown> | null = null;

  constructor(layout: Layout, node: LabNode) {
    this.layout = layout;
    this.node = node;
    this.driver = requireDriver(layout.kind);
    const names = { panelId: "pa_conformance", clusterId: "cl_conformance", clusterName: "conformance" };
    this.owner = { ...names, storageId: `st_${layout.kind}`, storageName: layout.kind, epoch: 1 };
  }

  readonly run = async ({ argv, timeoutMs }: Command): Promise<Ended> => {
    const { code, stdout, stderr } = await this.node.exec(["env", "LC_ALL=C", ...argv], {
      timeoutMs: (timeoutMs ?? 60_000) + 60_000,
    });
    return { code, stdout, stderr };
  };

  sh(script: string, ...values: string[]): Promise<Ended> {
    return this.run({ argv: ["sh", "-c", script, "conformance", ...values], timeoutMs: 240_000 });
  }

  /** Joins the storage on the node as a plan does. */
  async join(): Promise<void> {
    const read = async (command: Command) => ({ ...(await this.run(command)), durationMs: 0 });
    const config = this.driver.config.parse(this.layout.config);
    const facts = await this.driver.facts(read, config, DIRS);
    const context = { config, dirs: DIRS, owner: this.owner, choices: {}, target: "nd_conformance" };
    const { identity, steps, rows } = this.driver.join(context, facts);
    if (!identity) throw new Error(`${this.layout.kind} can't be joined: ${JSON.stringify(rows)}`);
    const performed = await perform(this.run, steps);
    if (performed.some(({ state }) => state === "failed" || state === "refused"))
      throw new Error(JSON.stringify(performed));
    this.identity = identity;
    this.details = (await this.check()).details ?? null;
  }

  get context(): DriveContext<unknown> {
    const config = this.driver.config.parse(this.layout.config);
    return { config, identity: this.identity, owner: this.owner, details: this.details, target: "nd_conformance" };
  }

  /** One check of the probe, run by hand. */
  async check(): Promise<StorageCheck> {
    const config = this.driver.config.parse(this.layout.config);
    const fragment = this.driver.probe(config, DIRS, this.identity, this.owner);
    const name = `check_${this.layout.kind.replaceAll("-", "_")}`;
    const script = `own=$(mktemp -d)/c stamp=$own\n${fragment.script}\n${name} "$@"`;
    const { code, stdout } = await this.sh(script, ...fragment.args);
    const raw = { code, lines: stdout.split("\n"), durationMs: 0 };
    return this.driver.readCheck(config, DIRS, this.identity, raw, this.owner);
  }

  perform(steps: NodeStep[]) {
    return perform(this.run, steps);
  }
}

/** The node of this clone's conformance tests, laid out for every storage. */
export async function conformanceNode(): Promise<LabNode> {
  const hash = createHash("sha256")
    .update(import.meta.dirname)
    .digest("hex")
    .slice(0, 8);
  const lab = await openLab(`drives-${hash}`);
  if (await lab.hasScene(SCENE)) await lab.restore(SCENE);
  else {
    await lab.up({ nodes: [{ image: "ready", disks: DISKS }] });
    const node = lab.nodes[0]!;
    await node.waitBooted();
    await makeVolumeGroup(node, "lvm0", ["disk1"], { metadataSize: "16m" });
    await makeMountedFs(node, "disk2", "/vm");
    await node.sh("mkdir -p /image /share");
    await lab.save(SCENE);
  }
  return lab.nodes[0]!;
}

export async function conformanceDown(): Promise<void> {
  const hash = createHash("sha256")
    .update(import.meta.dirname)
    .digest("hex")
    .slice(0, 8);
  await (await openLab(`drives-${hash}`)).down();
}
