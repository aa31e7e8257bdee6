import { createHash } from "node:crypto";
import {
  type Lab,
  type LabNode,
  lunWwid,
  makeMountedFs,
  makeVolumeGroup,
  openLab,
  portalAddresses,
  sanPort,
  type TargetRecord,
} from "#lab/index.ts";
import type { Command, NodeStep } from "../../domain/plan.ts";
import type { StorageCheck } from "../../domain/live.ts";
import type { StorageKind } from "../../domain/storage.ts";
import type { DriveContext, Identity, Ownership, SharedPart, StorageDriver } from "../contract.ts";
import { requireDriver } from "../registry.ts";
import { type Ended, perform, type Run } from "./perform.ts";
import { logIn, type Surroundings } from "./surroundings.ts";

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
  config: Record<string, string | boolean | number>;
  /** It is seen by a second node as well. */
  isShared?: boolean;
  /** Path on the node at which a drive's volume lies; `$ID` stands for its id. */
  path: string;
  /** Shell that ends with 0 when the first `$2` bytes of the drive `$1` read as zeros. */
  read: string;
  /** Shell that writes something into the drive `$1`. */
  write: string;
  /** Prints the bytes the node itself says are free. */
  free: string;
  /** Makes a volume of the name `$1` that is not ours, and takes it away. */
  stranger: string;
  noStranger: string;
  /** Something is written over what a drive of 128 MiB would get now, then freed. */
  soil: string;
  /** Another storage under the same name, and back. */
  swap: string;
  swapBack: string;
  /**
   * What a command leaves that is cut off in the middle, where LVM makes drives. `made`: each does so to a new drive `$1`;
   * `grown`: to one that has grown from `$2` bytes, whose added part shows something, and whose device is short.
   */
  half?: { made: readonly string[]; grown: string };
  /** Prints what is left of the drive `$1` on the node beside a whole volume that nobody uses. */
  litter: string;
  /** Makes what it lies on answer every read and write with an error, and mends that. */
  lose(lab: Lab, node: LabNode): Promise<void>;
  mend(lab: Lab, node: LabNode): Promise<void>;
  /** What an administrator does once it answers again. */
  regain: string;
  /** What a command says that has lost it. */
  lost: RegExp;
}

/** What udev was told while a disk answered nothing may be wrong. */
const SEE_AGAIN = "udevadm trigger --settle --subsystem-match=block";

const onDisk = (disk: string): Pick<Layout, "lose" | "mend"> => ({
  lose: async (_lab, node) => {
    await node.sh(["udevadm", "settle"]);
    await node.breakFault("disk-offline", { disk });
  },
  mend: (_lab, node) => node.mendFault("disk-offline", { disk }),
});

/** A device of the LV `$1` by its own UUID, without a table. */
const withoutTable = (vg: string) => `set -e
  lvchange -an "${vg}/$1"
  uuid=$(lvs --noheadings -o vg_uuid,lv_uuid "${vg}/$1" | tr -d ' -')
  dmsetup create "${vg}-$1" --notable --uuid "LVM-$uuid"`;

/** What is asked of LVs, whatever their group lies on. */
const lvsOf = (vg: string): Omit<Layout, "kind" | "config" | "lose" | "mend" | "regain"> => ({
  path: `/dev/${vg}/$ID`,
  read: `lvchange -ay "${vg}/$1" && cmp -n "$2" "/dev/${vg}/$1" /dev/zero; code=$?; lvchange -an "${vg}/$1"; exit $code`,
  write: `lvchange -ay "${vg}/$1" && printf data | dd of="/dev/${vg}/$1" conv=fsync status=none; lvchange -an "${vg}/$1"`,
  free: `vgs --noheadings --nosuffix --units b -o vg_free ${vg}`,
  stranger: `lvcreate -y -qq -n "$1" -L 4m ${vg}`,
  noStranger: `lvremove -y "${vg}/$1"`,
  soil: `lvcreate -y -qq -n soil -L 192m ${vg}
    tr '\\0' 'x' </dev/zero | dd of=/dev/${vg}/soil bs=1M oflag=direct iflag=fullblock status=none
    lvremove -y -qq ${vg}/soil`,
  swap: `vgrename ${vg} away && truncate -s 64M /root/swap && losetup /dev/loop7 /root/swap && vgcreate -q ${vg} /dev/loop7`,
  swapBack: `vgremove -q ${vg}; losetup -d /dev/loop7; rm -f /root/swap; vgrename away ${vg}`,
  half: {
    made: [
      withoutTable(vg),
      `${withoutTable(vg)}; dmsetup load "${vg}-$1" --table "0 8 error"`,
      `lvchange -ay "${vg}/$1" && dmsetup suspend "${vg}-$1"`,
    ],
    grown: `set -e
    added=$(($(blockdev --getsize64 "/dev/${vg}/$1") - $2))
    tr '\\0' 'x' </dev/zero |
      dd of="/dev/${vg}/$1" bs=1M oflag=direct,seek_bytes seek="$2" iflag=fullblock,count_bytes count="$added" status=none
    dmsetup table "${vg}-$1" | { read -r from _ rest; dmsetup load "${vg}-$1" --table "$from $(($2 / 512)) $rest"; }
    dmsetup resume "${vg}-$1"`,
  },
  litter: `ls -d "/dev/${vg}/$1" 2>/dev/null; dmsetup ls | grep -- "^${vg}-$1[[:space:]]"; exit 0`,
  lost: /Error reading device|not found|spindle: vg-gone/,
});

const lvm: Layout = {
  kind: "lvm",
  config: { vgName: "lvm0" },
  ...lvsOf("lvm0"),
  ...onDisk("disk1"),
  regain: SEE_AGAIN,
};

/** As large as the disks of the other storages. */
const TARGETS = [{ name: "conformance", luns: [{ name: "lun1", sizeMiB: 512 }] }];

const networkLvm: Layout = {
  kind: "network-lvm",
  // What is without a way fails at once: a test waits for it.
  config: { vgName: "net0", waitSeconds: 0 },
  isShared: true,
  ...lvsOf("net0"),
  lose: (lab) => lab.breakSan("lun-gone"),
  mend: (lab) => lab.mendSan("lun-gone"),
  regain: `for try in $(seq 60); do
      multipath -ll | grep -q 'active ready' && break
      sleep 1
    done
    ${SEE_AGAIN}`,
};

const file: Layout = {
  kind: "file",
  config: { vmDir: "/vm" },
  path: "/vm/$ID.qcow2",
  read: 'qemu-io -r -f qcow2 -c "read -q -P 0 0 $2" "/vm/$1.qcow2"',
  write: 'qemu-io -f qcow2 -c "write -P 100 0 4k" "/vm/$1.qcow2"',
  free: "stat -f -c '%a * %S' /vm | sed 's/ //g' | { IFS='*' read -r a b; echo $((a * b)); }",
  stranger: 'echo stranger >"/vm/$1.qcow2"',
  noStranger: 'rm "/vm/$1.qcow2"; [ ! -e "/vm/$1.json" ] || rm "/vm/$1.json"',
  soil: "tr '\\0' 'x' </dev/zero | dd of=/vm/.soil bs=1M status=none; rm /vm/.soil; sync -f /vm",
  swap: "mount -t tmpfs -o size=64m swap /vm",
  swapBack: "umount /vm",
  litter: 'find /vm -maxdepth 1 -name "$1.*" ! -name "$1.qcow2" ! -name "$1.json"',
  ...onDisk("disk2"),
  // 1: mended.
  regain: `set -e
    ${SEE_AGAIN}
    device=$(findmnt -n -o SOURCE -M /vm)
    umount /vm
    e2fsck -f -y "$device" || [ $? = 1 ]
    mount /vm`,
  lost: /\/vm.*(Input\/output error|Read-only file system)|spindle: read-only/,
};

export const LAYOUTS: readonly Layout[] = [file, lvm, networkLvm];

const NODE = "nd_conformance";
const PEER = "nd_peer";

/** The nodes of a layout: the one that acts, and for a storage that all nodes see one that sees it. */
export interface Place {
  lab: Lab;
  node: LabNode;
  peer: LabNode | null;
}

/** A storage on a real node, as a driver sees it. */
export class Backend {
  readonly layout: Layout;
  readonly node: LabNode;
  readonly driver: StorageDriver;
  readonly owner: Ownership;
  readonly #place: Place;
  identity: Identity = {};
  details: Record<string, unknown> | null = null;

  constructor(layout: Layout, place: Place) {
    this.layout = layout;
    this.node = place.node;
    this.#place = place;
    this.driver = requireDriver(layout.kind);
    const names = { panelId: "pa_conformance", clusterId: "cl_conformance", clusterName: "conformance" };
    const storageId = `st_${layout.kind.replaceAll("-", "_")}`;
    this.owner = { ...names, storageId, storageName: layout.kind, epoch: 1 };
  }

  get #config(): unknown {
    const { layout } = this;
    return this.driver.config.parse({ ...layout.config, ...(layout.isShared ? sanConfig(this.#place.lab) : {}) });
  }

  /** The lab's own way in, which costs no connection; or a login, while one is open. */
  readonly #directly: Run = async ({ argv, timeoutMs }, target) => {
    const { node, peer } = this.#place;
    const on = target === PEER && peer ? peer : node;
    const { code, stdout, stderr } = await on.exec(["env", "LC_ALL=C", ...argv], { timeoutMs: patience(timeoutMs) });
    return { code, stdout, stderr };
  };
  #way = this.#directly;

  readonly run = (command: Command, target = NODE): Promise<Ended> =>
    target === NODE ? this.#way(command, target) : this.#directly(command, target);

  /** Looks at the node, or does something to it, as its administrator would: never by a login of the panel's. */
  sh(script: string, ...values: string[]): Promise<Ended> {
    return this.#directly({ argv: ["sh", "-c", script, "conformance", ...values], timeoutMs: SCRIPT_MS }, NODE);
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

  /** What is below answers every read and write with an error from here on. */
  async lose(): Promise<void> {
    await this.layout.lose(this.#place.lab, this.node);
  }

  async regain(): Promise<void> {
    await this.layout.mend(this.#place.lab, this.node);
    await this.node.sh(["sh", "-c", this.layout.regain], { timeoutMs: SCRIPT_MS });
  }

  /** Joins the storage on its nodes as a plan does. */
  async join(): Promise<void> {
    const { isShared } = this.layout;
    await this.#joinOn(NODE, isShared ? { isFirst: true, pinned: null, others: [] } : null);
    if (isShared) await this.#joinOn(PEER, { isFirst: false, pinned: null, others: [] });
    this.details = (await this.check()).details ?? null;
  }

  async #joinOn(target: string, shared: SharedPart | null): Promise<void> {
    const read = async (command: Command) => ({ ...(await this.run(command, target)), durationMs: 0 });
    const config = this.#config;
    const facts = await this.driver.facts(read, config, DIRS);
    const context = { config, dirs: DIRS, owner: this.owner, choices: {}, target, ...(shared ? { shared } : {}) };
    const { identity, steps, rows, late } = this.driver.join(context, facts);
    if (!identity) throw new Error(`${this.layout.kind} can't be joined: ${JSON.stringify(rows)}`);
    const performed = await this.perform(steps);
    if (performed.some(({ state }) => state === "failed" || state === "refused"))
      throw new Error(JSON.stringify(performed));
    const said = performed.find(({ id }) => id === late?.step)?.output ?? "";
    const told = (late?.fields ?? []).map((name) => [name, new RegExp(`^${name}=(\\S+)`, "m").exec(said)?.[1] ?? ""]);
    this.identity = { ...identity, ...Object.fromEntries(told) };
  }

  get context(): DriveContext<unknown> {
    const { identity, owner, details } = this;
    const others = this.layout.isShared ? { others: [PEER] } : {};
    return { config: this.#config, identity, owner, details, target: NODE, ...others };
  }

  /** One check of the probe, run by hand. */
  async check(): Promise<StorageCheck> {
    const config = this.#config;
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

/** The LUN of the lab's SAN, by both portals. */
function sanConfig(lab: Lab): Record<string, string> {
  const target = lab.targets[0] as TargetRecord;
  const portals = portalAddresses(lab.instance).map((address) => `${address}:${sanPort}`);
  return { portals: portals.join(" "), target: target.iqn, wwid: lunWwid(target, "lun1") };
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

/** A node for each layout, so that they are asked side by side; each is laid out for every storage. A shared one has two. */
export async function conformancePlaces(layouts: readonly Layout[]): Promise<Place[]> {
  const lab = await labOfConformance();
  const scene = ["conformance", ...layouts.map(({ kind }) => kind)].join("-");
  if (await lab.hasScene(scene)) await lab.restore(scene);
  else {
    const count = layouts.reduce((sum, { isShared }) => sum + (isShared ? 2 : 1), 0);
    await lab.up({ nodes: Array.from({ length: count }, () => ({ image: "ready", disks: DISKS })) });
    await lab.startSan(TARGETS);
    await Promise.all(lab.nodes.map(layOut));
    await lab.save(scene);
  }
  const nodes = [...lab.nodes];
  return layouts.map(({ isShared }) => {
    const node = nodes.shift();
    const peer = isShared ? nodes.shift() : null;
    if (!node || peer === undefined) throw new Error("a node for each layout");
    return { lab, node, peer };
  });
}

export async function conformanceDown(): Promise<void> {
  await (await labOfConformance()).down();
}
