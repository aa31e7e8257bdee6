import { z } from "zod";
import type { Command } from "../../../domain/plan.ts";
import type { ClusterDirs, Reader } from "../../contract.ts";
import { type DirectoryFacts, lookAtDirectories } from "../../directories.ts";
import { type Disk, disksCommand, readDisks } from "../../disks.ts";
import { readSections, SECTION_SCRIPT } from "../../sections.ts";
import type { LvmConfig } from "./config.ts";
import { readReport, type Volume, type VolumeGroup } from "../../lvm/report.ts";

export interface LvmFacts {
  /** False: `lvm2` is not there, and the groups can't be read. */
  hasTools: boolean;
  /** Block devices that carry a PV and are no drive of a guest. */
  devices: { path: string; uuid: string }[];
  groups: VolumeGroup[];
  volumes: Volume[];
  /** UUIDs and labels of what lies on active LVs. */
  contents: { device: string; uuid: string; label: string }[];
  /** What LVM complained of; shown where a row fails. */
  complaints: string;
  systemId: string;
  /** fstab, crypttab, kernel command line, resume, swaps, mounts, guests' definitions: where a VG's name may stand. */
  places: { name: string; text: string }[];
  /** A device node already has the wanted name. */
  nameInDev: boolean;
  /** Every whole disk, where no group has the wanted name: one could be made there. */
  disks: Disk[];
  image: DirectoryFacts;
  share: DirectoryFacts;
}

/**
 * Names, types and signatures from udev's database: no device is opened. On a busy node it lags behind what was just made
 * there; it is waited for, but not on end, because a device that hangs keeps it busy.
 */
const lsblkCommand: Command = {
  argv: ["sh", "-c", "udevadm settle --timeout=10; exec lsblk -J -b -o NAME,KNAME,PATH,TYPE,FSTYPE,UUID,LABEL"],
  timeoutMs: 30_000,
};

interface Block {
  path: string;
  type: string;
  fstype?: string | null | undefined;
  uuid?: string | null | undefined;
  label?: string | null | undefined;
  children?: Block[] | undefined;
}

const blockSchema: z.ZodType<Block> = z.lazy(() =>
  z.object({
    path: z.string(),
    type: z.string(),
    fstype: z.string().nullish(),
    uuid: z.string().nullish(),
    label: z.string().nullish(),
    children: z.array(blockSchema).optional(),
  }),
);
const lsblkSchema = z.object({ blockdevices: z.array(blockSchema) });

const PV_UUID = /^[A-Za-z0-9]{6}(?:-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}$/;

function flatten(blocks: readonly Block[]): Block[] {
  return blocks.flatMap((block) => [block, ...flatten(block.children ?? [])]);
}

/** Reads lsblk: PVs outside of LVs (those are guests' own), and what lies on LVs. A path of a multipath device counts as that device. */
export function readBlocks(stdout: string): Pick<LvmFacts, "devices" | "contents"> {
  const all = flatten(lsblkSchema.parse(JSON.parse(stdout)).blockdevices);
  const isPath = (block: Block) => block.children?.some((child) => child.type === "mpath") === true;
  const devices = new Map<string, string>();
  for (const block of all) {
    if (block.fstype !== "LVM2_member" || block.type === "lvm" || isPath(block)) continue;
    if (block.uuid && PV_UUID.test(block.uuid)) devices.set(block.path, block.uuid);
  }
  const contents = all
    .filter((block) => block.type === "lvm")
    .map((block) => ({ device: block.path, uuid: block.uuid ?? "", label: block.label ?? "" }));
  return { devices: [...devices].map(([path, uuid]) => ({ path, uuid })), contents };
}

/** LVM complains of a descriptor that it inherits, so it gets none. Without backups: LVM writes a group's metadata to /etc/lvm even when it is only asked, and a look writes nothing. */
const REPORT = `${SECTION_SCRIPT}
name=$1
shift
section tools; command -v lvm
section system-id; [ $# -eq 0 ] || lvm systemid 2>/dev/null
list=
for device; do list="$list --devices $device"; done
report() {
  section "$1"
  { said=$("$@" $list --config 'backup { backup = 0 archive = 0 }' --foreign --shared --reportformat json --units b --nosuffix 2>&1 >&3 3>&-); } 3>&1
  code=$?
  section "$1-said"; printf '%s\\n' "$said"
  section "$1-code"; echo "$code"
}
if [ $# -gt 0 ] && command -v lvm >/dev/null; then
  report vgs -o vg_name,vg_uuid,vg_size,vg_free,vg_extent_size,lv_count,pv_count,vg_missing_pv_count,vg_attr,vg_systemid,vg_lock_type,vg_tags,vg_mda_free,vg_mda_size
  report pvs -o pv_name,pv_uuid,vg_uuid,pv_size,pv_missing,pv_duplicate
  report lvs -o lv_name,lv_uuid,vg_uuid,lv_attr,lv_size,lv_tags
fi
section place:fstab; cat /etc/fstab 2>/dev/null
section place:crypttab; cat /etc/crypttab 2>/dev/null
section 'place:kernel command line'; cat /proc/cmdline
section place:resume; cat /etc/initramfs-tools/conf.d/resume 2>/dev/null
section place:swap; cat /proc/swaps
section place:mounts; cut -d ' ' -f 1,2 /proc/mounts
section place:guests; cat /etc/libvirt/qemu/*.xml 2>/dev/null | grep -o "/dev/[^'\\"]*" | sort -u | head -n 500
section name-in-dev; [ -e "/dev/$name" ] && echo yes
section end
`;

function reportCommand(vgName: string, devices: readonly string[]): Command {
  return { argv: ["sh", "-c", REPORT, "spindle", vgName, ...devices], timeoutMs: 90_000 };
}

/** Reads the answer of the report. Throws an Error when LVM's JSON is not understood. */
export function readAnswer(stdout: string): Omit<LvmFacts, "devices" | "contents" | "disks" | "image" | "share"> {
  const sections = readSections(stdout);
  const get = (name: string) => sections.get(name) ?? "";
  const { groups, volumes } = readReport(get("vgs"), get("pvs"), get("lvs"));
  const said = ["vgs", "pvs", "lvs"].filter(
    (tool) => !["", "0"].includes(get(`${tool}-code`).trim()) || get(`${tool}-said`).trim() !== "",
  );
  return {
    hasTools: get("tools").trim() !== "",
    groups,
    volumes,
    complaints: said
      .map((tool) => `${tool}: ${get(`${tool}-said`).trim()} (exit ${get(`${tool}-code`).trim()})`)
      .join("\n")
      .slice(0, 4096),
    systemId: /system ID: (\S+)/.exec(get("system-id"))?.[1] ?? "",
    places: [...sections].flatMap(([name, text]) =>
      name.startsWith("place:") ? [{ name: name.slice(6), text: text.slice(0, 65_536) }] : [],
    ),
    nameInDev: get("name-in-dev").trim() === "yes",
  };
}

/** Looks at a node's volume groups, naming the devices that carry PVs, and at the cluster's directories. Reads only. */
export async function readLvmFacts(read: Reader, config: LvmConfig, dirs: ClusterDirs): Promise<LvmFacts> {
  const blocks = readBlocks((await read(lsblkCommand)).stdout);
  const answer = readAnswer(
    (
      await read(
        reportCommand(
          config.vgName,
          blocks.devices.map((device) => device.path),
        ),
      )
    ).stdout,
  );
  const isThere = answer.groups.some(({ name }) => name === config.vgName);
  const disks = isThere ? [] : readDisks((await read(disksCommand())).stdout);
  const [image, share] = (await lookAtDirectories(read, [dirs.imageDir, dirs.shareDir])) as [
    DirectoryFacts,
    DirectoryFacts,
  ];
  return { ...blocks, ...answer, disks, image, share };
}
