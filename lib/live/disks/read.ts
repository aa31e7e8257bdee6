import { z } from "zod";
import type { Disk, DiskReport, DiskUse } from "../../domain/disks.ts";
import { type Text, text } from "../../domain/text.ts";
import { naturalOrder } from "../../domain/units.ts";
import type { RawCheck } from "../../storage/contract.ts";
import { readSmart } from "./smart.ts";

/** A node with more is shown so many. */
const MOST_DISKS = 512;
const MOST_USES = 64;
const LONGEST = 200;

const word = z
  .string()
  .transform((value) => value.trim().slice(0, LONGEST) || null)
  .nullable()
  .catch(null);

/** Older releases of lsblk write `"1"` for true, and numbers as strings. */
const flag = z
  .union([z.boolean(), z.enum(["0", "1"]).transform((value) => value === "1")])
  .nullable()
  .catch(null);
const bytes = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 53 - 1)
  .nullable()
  .catch(null);

const device = z.object({
  name: z.string().max(LONGEST),
  kname: z.string().max(LONGEST).optional(),
  type: z.string().max(40),
  size: bytes,
  rota: flag,
  model: word,
  serial: word,
  tran: word,
  fstype: word,
  mountpoints: z
    .array(z.string().nullable())
    .catch([])
    .transform((list) => list.filter((one) => one !== null)),
  children: z.array(z.unknown()).optional(),
});
type Device = z.output<typeof device>;

const lsblkJson = z.object({ blockdevices: z.array(z.unknown()) });

function devicesOf(list: readonly unknown[]): Device[] {
  return list.flatMap((one) => device.safeParse(one).data ?? []);
}

/** What is on a device, itself first, then what lies on it, down to the file systems. */
function usesOf(own: Device, depth = 0): DiskUse[] {
  const { name, type, fstype, mountpoints } = own;
  const isUsed = depth > 0 || fstype !== null || mountpoints.length > 0;
  const use: DiskUse = { name, type, fileSystem: fstype, mounts: mountpoints };
  const below = depth < 8 ? devicesOf(own.children ?? []).flatMap((child) => usesOf(child, depth + 1)) : [];
  return [...(isUsed ? [use] : []), ...below];
}

/** An LV that lies on two partitions of one disk is on it once. */
function distinct(uses: readonly DiskUse[]): DiskUse[] {
  return [...new Map(uses.map((use) => [`${use.type} ${use.name}`, use])).values()];
}

/** Of several names that stay, the one that says most: by make and serial, before those made of numbers alone. */
const ODD_NAMES = /^(wwn-|nvme-eui\.|nvme-nvme\.|scsi-[0-9]|lvm-pv-|dm-|md-)/;

function byIdOf(lines: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines) {
    const [link = "", target = ""] = line.split(" ");
    const name = target.slice(target.lastIndexOf("/") + 1);
    const known = found.get(name);
    const isBetter = known === undefined || (ODD_NAMES.test(known) && !ODD_NAMES.test(link));
    if (link !== "" && name !== "" && isBetter) found.set(name, link.slice(0, LONGEST));
  }
  return found;
}

/** The lines of each part, by what stands behind its `@`. */
function partsOf(lines: readonly string[]): Map<string, string[]> {
  const parts = new Map<string, string[]>();
  let own: string[] = [];
  for (const line of lines) {
    // What the tools complained of stands behind everything, and is none of a part's.
    if (line.startsWith("! ")) continue;
    if (line.startsWith("@ ")) {
      own = [];
      parts.set(line.slice(2), own);
    } else own.push(line);
  }
  return parts;
}

function listOf(lines: readonly string[] | undefined): Device[] | null {
  try {
    const parsed = lsblkJson.safeParse(JSON.parse((lines ?? []).join("\n")));
    return parsed.data ? devicesOf(parsed.data.blockdevices) : null;
  } catch {
    // Cut off, or not lsblk's JSON: there is no list.
    return null;
  }
}

/** A disk is what stands at the top and is neither memory nor a file. */
const isDisk = ({ name, type, size }: Device) => type === "disk" && !/^(zram|ram|loop|fd)\d/.test(name) && size !== 0;

/** What one check of a node's disks brought, or why it brought nothing. */
export function readDisks(raw: RawCheck): { report: DiskReport } | { problem: Text } {
  if (raw.code === null) return { problem: text("node.disks.late") };
  const parts = partsOf(raw.lines);
  const devices = listOf(parts.get("lsblk"));
  if (!devices) return { problem: text("node.disks.failed") };
  const ids = byIdOf(parts.get("ids") ?? []);
  const disks = devices.filter(isDisk).map((own): Disk => {
    const kernelName = own.kname ?? own.name;
    const smart = parts.get(`smart ${kernelName}`);
    return {
      name: own.name,
      byId: ids.get(kernelName) ?? null,
      ...{ model: own.model, serial: own.serial, size: own.size, rotational: own.rota, transport: own.tran },
      uses: distinct(usesOf(own)).slice(0, MOST_USES),
      smart: smart ? readSmart(smart.join("\n")) : null,
    };
  });
  const sorted = disks.toSorted((a, b) => naturalOrder(a.name, b.name)).slice(0, MOST_DISKS);
  return { report: { hasSmartctl: !parts.has("no-smartctl"), disks: sorted } };
}
