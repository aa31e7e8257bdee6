import { isIPv4 } from "node:net";
import type { FaultOptions, LabNode } from "./node.ts";
import { portalAddresses } from "./san.ts";

/** Something that can go wrong with a node, and its way back. Both resolve when the node is in the new state. */
export type Fault = {
  what: string;
  break(node: LabNode, target: Target): Promise<void>;
  /** Does nothing where nothing is broken. */
  mend(node: LabNode, target: Target): Promise<void>;
};

type Target = { vg: string; dir: string; disk: string; portal: string; delayMs: number };

/** What the scripts note about a fault in the node, so that mending finds it from any process, also after a reboot. */
const notes = 'notes=/var/lib/lab-faults; mkdir -p "$notes";';

/** Runs a script in the node with `$1`, `$2` … as its arguments; stops at the first error. */
async function script(node: LabNode, text: string, ...args: string[]): Promise<string> {
  return node.sh(["bash", "-c", `set -eu; ${text}`, "lab-fault", ...args], { timeoutMs: 120_000 });
}

/** All faults by name. */
export const faults: Readonly<Record<string, Fault>> = {
  "vg-renamed": {
    what: "the volume group is there under another name",
    break: async (node, { vg }) => void (await script(node, 'vgrename "$1" "$1_away"', vg)),
    mend: async (node, { vg }) =>
      void (await script(node, 'vgs "$1_away" >/dev/null 2>&1 || exit 0; vgrename "$1_away" "$1"', vg)),
  },
  "disk-pulled": {
    what: "a disk (disk1) is pulled out; mended, it comes back, perhaps under another sdX, with active maps still on the dead one",
    break: (node, { disk }) => node.unplug(disk),
    mend: plugAll,
  },
  "pv-missing": {
    what: "the second physical volume of the volume group is pulled out",
    break: async (node, { vg }) => node.unplug(await secondVolume(node, vg)),
    mend: plugAll,
  },
  "disk-offline": {
    what: "a disk (disk1) stays in its place and answers every read and write with an error",
    break: (node, { disk }) => setDiskState(node, disk, "offline"),
    mend: (node, { disk }) => setDiskState(node, disk, "running"),
  },
  "io-error": {
    what: "every active logical volume of the group answers reads and writes with an error; the group's metadata looks well",
    break: async (node, { vg }) => void (await script(node, failVolumes, vg)),
    mend: async (node, { vg }) => void (await script(node, 'lvchange --refresh "$1"', vg)),
  },
  "dir-read-only": {
    what: "the VM folder can't be written to",
    break: async (node, { dir }) => void (await script(node, readOnly, dir)),
    mend: async (node, { dir }) => void (await script(node, writable, dir)),
  },
  "dir-replaced": {
    what: "an empty file system is mounted over the VM folder",
    break: async (node, { dir }) => void (await script(node, 'mount -t tmpfs -o size=64m lab-replaced "$1"', dir)),
    mend: async (node, { dir }) =>
      void (await script(
        node,
        'while [ "$(findmnt -n -o SOURCE -M "$1" | tail -n 1)" = lab-replaced ]; do umount "$1"; done',
        dir,
      )),
  },
  "dir-full": {
    what: "the file system of the VM folder has no free block left, for root neither",
    break: async (node, { dir }) => void (await script(node, fill, dir)),
    mend: async (node, { dir }) => void (await script(node, 'rm -f "$1"/.lab-fill-*; sync -f "$1"', dir)),
  },
  "path-slow": {
    what: "whatever the node sends to one portal of the SAN (the second) is late by half a second; other ways are as fast as ever",
    break: async (node, { portal, delayMs }) => void (await script(node, slow, portal, `${delayMs}ms`)),
    mend: async (node, { portal }) => void (await script(node, fast, portal)),
  },
  cut: {
    what: "the node is off the network, its link stays up",
    break: (node) => node.cut(),
    mend: (node) => node.uncut(),
  },
  frozen: {
    what: "the node stands still; its connections meet silence",
    break: (node) => node.freeze(),
    mend: (node) => node.thaw(),
  },
  killed: {
    what: "the node's power is gone; mended, it boots",
    break: (node) => node.kill(),
    mend: async (node) => {
      if (!(await node.isRunning())) await node.start();
    },
  },
  rebooted: {
    what: "the node reboots from inside; over when it is back",
    break: (node) => node.reboot(),
    mend: (node) => node.waitReady(),
  },
  "host-key-changed": {
    what: "the node shows new SSH host keys",
    break: async (node) => void (await script(node, newKeys)),
    mend: async (node) => void (await script(node, oldKeys)),
  },
};

/** The names that break and mend take. */
export const faultNames: readonly string[] = Object.keys(faults);

/** Breaks a node by the fault's name. What is not said of the options is usual, see `FaultOptions`. Throws on an unknown name. */
export function breakFault(node: LabNode, name: string, options: FaultOptions = {}): Promise<void> {
  return named(name).break(node, target(node, options));
}

/** Mends what breakFault broke, given the same name and options. */
export function mendFault(node: LabNode, name: string, options: FaultOptions = {}): Promise<void> {
  return named(name).mend(node, target(node, options));
}

function named(name: string): Fault {
  const fault = Object.hasOwn(faults, name) ? faults[name] : undefined;
  if (!fault) throw new Error(`no fault ${name}; there are ${faultNames.join(", ")}`);
  return fault;
}

function target({ instance }: LabNode, options: FaultOptions): Target {
  const { vg = "lvm0", dir = "/vm", disk = "disk1", portal = portalAddresses(instance)[1], delayMs = 500 } = options;
  if (!/^[A-Za-z0-9_][\w.+-]*$/.test(vg)) throw new Error(`no name of a volume group: ${JSON.stringify(vg)}`);
  if (!dir.startsWith("/") || dir === "/") throw new Error(`no folder for a fault: ${JSON.stringify(dir)}`);
  if (!isIPv4(portal)) throw new Error(`no address of a portal: ${JSON.stringify(portal)}`);
  if (!Number.isInteger(delayMs) || delayMs < 1) throw new Error(`no delay in milliseconds: ${delayMs}`);
  return { vg, dir, disk, portal, delayMs };
}

async function plugAll(node: LabNode): Promise<void> {
  for (const name of await node.pulledDisks()) await node.plug(name);
}

async function secondVolume(node: LabNode, vg: string): Promise<string> {
  const wwns = (
    await script(
      node,
      'for pv in $(pvs --noheadings -o pv_name -S vg_name="$1" -O pv_name); do cat "/sys/block/${pv#/dev/}/device/wwid"; done',
      vg,
    )
  )
    .trim()
    .split("\n");
  const disk = node.disks.find(({ wwn }) => wwns.length > 1 && wwns[1]?.endsWith(wwn));
  if (!disk) throw new Error(`${node.name}: ${vg} has no second physical volume on a whole disk of the lab`);
  return disk.name;
}

async function setDiskState(node: LabNode, disk: string, state: "offline" | "running"): Promise<void> {
  const text =
    'for device in /sys/bus/scsi/devices/*/wwid; do if grep -q "$1" "$device"; then echo "$2" > "${device%wwid}state"; fi; done';
  await script(node, text, node.disk(disk).wwn, state);
}

const failVolumes = `
for map in $(lvs --noheadings -o vg_name,lv_name -S 'lv_active=active' "$1" | awk '{ print $1 "/" $2 }'); do
	device=$(readlink -f "/dev/$map"); size=$(blockdev --getsz "$device")
	dmsetup suspend --noflush --nolockfs "$device"
	dmsetup load "$device" --table "0 $size error" || { dmsetup resume "$device"; exit 1; }
	dmsetup resume "$device"
done`;

// A file system with files open for writing refuses to be remounted; a read-only bind mount over it then refuses new writers.
const readOnly = `${notes}
[ ! -e "$notes/read-only" ] || exit 0
if mountpoint -q "$1" && mount -o remount,ro "$1" 2>/dev/null; then echo remount > "$notes/read-only"; exit 0; fi
mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; echo bind > "$notes/read-only"`;

const writable = `${notes}
case $(cat "$notes/read-only" 2>/dev/null) in
	remount) mount -o remount,rw "$1" ;;
	bind) umount "$1" ;;
esac
rm -f "$notes/read-only"`;

// Halves the piece each time it does not fit: a file system never gives all of what it calls free in one go.
const fill = `
number=0; block=$(stat -f -c %S "$1"); piece=$(( $(stat -f -c %f "$1") * block ))
while [ "$piece" -ge "$block" ]; do
	number=$((number + 1))
	fallocate -l "$piece" "$1/.lab-fill-$number" 2>/dev/null || { rm -f "$1/.lab-fill-$number"; piece=$((piece / 2)); }
done
sync -f "$1"`;

const newKeys = `${notes}
[ ! -e "$notes/host-keys" ] || exit 0
mkdir "$notes/host-keys.part"; cp -a /etc/ssh/ssh_host_* "$notes/host-keys.part/"; mv "$notes/host-keys.part" "$notes/host-keys"
rm -f /etc/ssh/ssh_host_*; ssh-keygen -q -t rsa -b 2048 -N '' -f /etc/ssh/ssh_host_rsa_key; ssh-keygen -A >/dev/null
systemctl restart ssh`;

const oldKeys = `${notes}
[ -e "$notes/host-keys" ] || exit 0
cp -a "$notes/host-keys/." /etc/ssh/; rm -r "$notes/host-keys"
systemctl restart ssh`;

const fast = `
interface=$(ip -o route get "$1" | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')
case $(tc qdisc show dev "$interface" root) in *"prio 77:"*) tc qdisc del dev "$interface" root ;; esac`;

// Of four bands the kernel's own sorting uses three, so the last one has only what is filtered for. The queue holds what a
// fast writer sends meanwhile: packets are to be late, not lost. Gone with the next boot.
const slow = `${fast}
modprobe -a sch_prio sch_netem cls_u32
tc qdisc add dev "$interface" root handle 77: prio bands 4
tc qdisc add dev "$interface" parent 77:4 handle 78: netem limit 100000 delay "$2"
tc filter add dev "$interface" parent 77: protocol ip prio 1 u32 match ip dst "$1/32" flowid 77:4`;
