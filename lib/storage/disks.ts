import type { DiskView } from "../domain/parts.ts";
import type { Check, Command, Failure } from "../domain/plan.ts";
import { type Text, text } from "../domain/text.ts";
import { DISK_SCRIPT, LIST_SCRIPT } from "./disk-script.ts";
import { REFUSAL, REFUSE_SCRIPT } from "./drive-marks.ts";
import { readSections } from "./sections.ts";

/** A whole disk of a node, as a look found it. */
export interface Disk {
  /** Kernel name: `sda`. Another disk may have it after the next boot. */
  name: string;
  /** The name that follows the disk: `/dev/disk/by-id/…`; null where it has none. */
  link: string | null;
  /** Bytes. */
  size: number;
  serial: string;
  wwn: string;
  model: string;
  /** Why it is not unused; empty for one that is. */
  used: DiskUse[];
}

/** What was found on a disk: a word of `USES`, and the node's own words about it. */
export interface DiskUse {
  what: string;
  detail: string;
}

/** In the order in which one is named first. */
const USES = [
  ...["mounted", "swap", "holder", "partition", "fstab", "crypttab", "multipath", "network", "table", "signature"],
  ...["read-only", "removable", "no-size", "silent", "unreadable", "no-name"],
];

/** By-id names in the order they are preferred: those that belong to the disk, not to the way it is plugged in. */
const LINKS = ["wwn-", "nvme-eui.", "nvme-nguid.", "scsi-", "nvme-", "ata-", "virtio-"];
const LINK = /^[A-Za-z0-9][A-Za-z0-9._:+=@-]{1,150}$/;

/** Looks at every whole disk; opens those alone on which nothing else speaks of a use, each for ten seconds at most. */
export function disksCommand(): Command {
  return { argv: ["sh", "-c", LIST_SCRIPT], timeoutMs: 180_000 };
}

function linkOf(links: readonly string[]): string | null {
  const good = links.filter((link) => LINK.test(link));
  for (const prefix of LINKS) {
    const found = good.filter((link) => link.startsWith(prefix)).toSorted();
    if (found[0]) return `/dev/disk/by-id/${found[0]}`;
  }
  return null;
}

function readUse(line: string): DiskUse {
  const at = line.indexOf(" ");
  const what = at < 0 ? line : line.slice(0, at);
  const detail = (at < 0 ? "" : line.slice(at + 1)).slice(0, 200);
  return USES.includes(what) ? { what, detail } : { what: "unreadable", detail: line.slice(0, 200) };
}

function readDisk(name: string, block: string): Disk {
  const all = (word: string) =>
    block.split("\n").flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1).trim()] : []));
  const one = (word: string) => (all(word)[0] ?? "").slice(0, 200);
  const size = Number(one("size"));
  const hasSize = Number.isSafeInteger(size) && size > 0;
  const link = linkOf(all("link"));
  const used = all("used").map(readUse);
  if (!link) used.push({ what: "no-name", detail: "" });
  if (!hasSize && !used.some(({ what }) => what === "no-size")) used.push({ what: "no-size", detail: "" });
  return {
    ...{ name, link, serial: one("serial"), wwn: one("wwn"), model: one("model") },
    size: hasSize ? size : 0,
    used: used.toSorted((a, b) => USES.indexOf(a.what) - USES.indexOf(b.what)),
  };
}

/** Reads the answer of `disksCommand`. Throws an Error where the node did not come to its end. */
export function readDisks(stdout: string): Disk[] {
  const sections = readSections(stdout);
  if (!sections.has("end")) throw new Error("The node did not say everything about its disks");
  return [...sections].flatMap(([title, block]) => {
    const name = title.startsWith("disk:") ? title.slice(5) : "";
    return /^[a-z][a-zA-Z0-9!_-]{0,40}$/.test(name) ? [readDisk(name, block)] : [];
  });
}

/** A disk that can be taken: known by a name that follows it, and with nothing on it. */
export type UnusedDisk = Disk & { link: string };

export function isUnused(disk: Disk): disk is UnusedDisk {
  return disk.link !== null && disk.used.length === 0;
}

/** What was found on a disk, in words. */
export function useText({ what, detail }: DiskUse): Text {
  return text(`disks.used.${what}`, { detail });
}

const PROVE = `${REFUSE_SCRIPT}${DISK_SCRIPT}
link=$1
disk=$(readlink -f -- "$link")
[ -b "$disk" ] || refuse disk-gone "$link"
name=\${disk##*/}
disk_properties "$name"
[ "$serial" = "$2" ] && [ "$wwn" = "$3" ] || refuse disk-other "$serial $wwn"
[ "$(disk_size "$name")" = "$4" ] || refuse disk-other "$(disk_size "$name") bytes"
used=$(disk_used "$name")
[ -z "$used" ] || refuse disk-used "$used"`;

/** Proves, in the unit that acts, that this is the disk that was looked at, and that it is unused still. */
export function proveDisk({ link, serial, wwn, size }: UnusedDisk): Check {
  return { command: { argv: ["sh", "-c", PROVE, "spindle", link, serial, wwn, String(size)], timeoutMs: 60_000 } };
}

/** What it means when that proof is refused. */
export function diskFailures({ link }: UnusedDisk): Failure[] {
  return ["disk-gone", "disk-other", "disk-used"].map((word) => ({
    match: REFUSAL + word,
    message: text(`disks.failed.${word}`, { disk: link }),
    hint: text(`disks.failed.${word}-hint`, { disk: link }),
  }));
}

/** A disk as pages show it. */
export function diskView({ link, name, model, serial, size, used }: Disk): DiskView {
  return { link, name: `/dev/${name}`, model, serial, size, uses: used.map(useText) };
}
