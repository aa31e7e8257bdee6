import { createHash } from "node:crypto";
import { type LabNode, makeMountedFs, makeVolumeGroup, openLab } from "#lab/index.ts";
import type { Command, NodeStep } from "../../domain/plan.ts";
import type { StorageCheck } from "../../domain/live.ts";
import type { StorageKind } from "../../domain/storage.ts";
import type { DriveContext, Identity, Ownership, StorageDriver } from "../contract.ts";
import { requireDriver } from "../registry.ts";
import { type Ended, perform, type Run } from "./perform.ts";
import { logIn, type Surroundings } from "./surroundings.ts";

const SCENE = "conformance-each";
const DISKS = [
  { name: "disk1", sizeMiB: 512 },
  { name: "disk2", sizeMiB: 512 },
];
const DIRS = { imageDir: "/image", shareDir: "/share" };
export const MIB = 1024 ** 2;

const SCRIPT_MS = 240_000;
/** A minute more than a plan has: emulated nodes are slow. */
const patience = (timeoutMs = 60_000) => timeoutMs + 60_000;

/** What the suite has to know of a storage beside its driver: how to lay it out, and how the node itself looks at a drive. */
export interface Layout {
  kind: StorageKind;
  config: Record<string, string | boolean>;
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
  /** Prints what is left of the drive `$1` on the node beside a whole volume that nobody uses. */
  litter: string;
  /** The lab's name of the disk it lies on. */
  disk: string;
  /** What an administrator does once that disk answers again. */
  regain: string;
  /** What a command says that has lost it. */
  lost: RegExp;
}

/** What udev was told while a disk answered nothing may be wrong. */
const SEE_AGAIN = "udevadm trigger --settle --subsystem-match=block";

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
  litter: 'ls -d "/dev/lvm0/$1" 2>/dev/null; dmsetup ls | grep -- "^lvm0-$1[[:space:]]"; exit 0',
  disk: "disk1",
  regain: SEE_AGAIN,
  lost: /Error reading device|not found|spindle: vg-gone/,
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
  litter: 'find /vm -maxdepth 1 -name "$1.*" ! -name "$1.qcow2" ! -name "$1.json"',
  disk: "disk2",
  // 1: mended.
  regain: `set -e
    ${SEE_AGAIN}
    device=$(findmnt -n -o SOURCE -M /vm)
    umount /vm
    e2fsck -f -y "$device" || [ $? = 1 ]
    mount /vm`,
  lost: /\/vm.*(Input\/output error|Read-only file system)|spindle: read-only/,
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

  /** The lab's own way in, which costs no connection; or a login, while one is open. */
  readonly #directly: Run = async ({ argv, timeoutMs }) => {
    const { code, stdout, stderr } = await this.node.exec(["env", "LC_ALL=C", ...argv], {
      timeoutMs: patience(timeoutMs),
    });
    return { code, stdout, stderr };
  };
  #way = this.#directly;

  readonly run: Run = (command) => this.#way(command);

  /** Looks at the node, or does something to it, as its administrator would: never by a login of the panel's. */
  sh(script: string, ...values: string[]): Promise<Ended> {
    return this.#directly({ argv: ["sh", "-c", script, "conformance", ...values], timeoutMs: SCRIPT_MS });
  }

  /** Works on a node that is so, with every command by a login over SSH; the node is as before when this ends. */
  async amid({ begin, end }: Surroundings, work: () => Promise<void>): Promise<void> {
    try {
      await begin(this.node);
      const login = await logIn(this.node);
      this.#way = (command) => login.run({ ...command, timeoutMs: patience(command.timeoutMs) });
      try {
        await work();
      } finally {
        this.#way = this.#directly;
        login.close();
      }
    } finally {
      await end(this.node);
    }
  }

  /** The disk below answers every read and write with an error from here on. */
  async lose(): Promise<void> {
    await this.node.sh(["udevadm", "settle"]);
    await this.node.breakFault("disk-offline", { disk: this.layout.disk });
  }

  async regain(): Promise<void> {
    await this.node.mendFault("disk-offline", { disk: this.layout.disk });
    await this.node.sh(["sh", "-c", this.layout.regain], { timeoutMs: SCRIPT_MS });
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
    const argv = ["sh", "-c", script, "conformance", ...fragment.args];
    const { code, stdout } = await this.run({ argv, timeoutMs: SCRIPT_MS });
    const raw = { code, lines: stdout.split("\n"), durationMs: 0 };
    return this.driver.readCheck(config, DIRS, this.identity, raw, this.owner);
  }

  perform(steps: NodeStep[]) {
    return perform(this.run, steps);
  }
}

const labOfConformance = () => {
  const hash = createHash("sha256")
    .update(import.meta.dirname)
    .digest("hex")
    .slice(0, 8);
  return openLab(`drives-${hash}`);
};

async function layOut(node: LabNode): Promise<void> {
  await node.waitBooted();
  await makeVolumeGroup(node, "lvm0", ["disk1"], { metadataSize: "16m" });
  await makeMountedFs(node, "disk2", "/vm");
  await node.sh("mkdir -p /image /share");
}

/** A node for each layout, so that they are asked side by side; each is laid out for every storage. */
export async function conformanceNodes(): Promise<LabNode[]> {
  const lab = await labOfConformance();
  if (await lab.hasScene(SCENE)) await lab.restore(SCENE);
  else {
    await lab.up({ nodes: LAYOUTS.map(() => ({ image: "ready", disks: DISKS })) });
    await Promise.all(lab.nodes.map(layOut));
    await lab.save(SCENE);
  }
  return lab.nodes;
}

export async function conformanceDown(): Promise<void> {
  await (await labOfConformance()).down();
}
