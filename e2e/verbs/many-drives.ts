import type { Page } from "@playwright/test";
import type { LabNode } from "../../lab/index.ts";
import { en } from "../../lib/messages/en.ts";
import { openNewDrive, runPlan } from "./drives.ts";

/** Of every drive, in MiB. */
export const MIB = 8;

/** An administrator at work, and what the drives are called by. */
export interface Person {
  name: string;
  page: Page;
}

/** A storage of LVs: its name, and that of its volume group. */
export interface Group {
  storage: string;
  vg: string;
}

/** Ids of somebody's LVs by their labels, in natural order. */
export async function idsOf(node: LabNode, { vg }: Group, { name }: Person, round: string): Promise<string[]> {
  const said = await node.sh(["lvs", "--noheadings", "-o", "lv_name,lv_tags", vg]);
  const found = said.split("\n").flatMap((line) => {
    const [id = "", tags = ""] = line.trim().split(/\s+/);
    const number = new RegExp(`spindle\\.label=${name}-${round}-(\\d+)(?:,|$)`).exec(tags)?.[1];
    return number ? [{ id, number: Number(number) }] : [];
  });
  return found.sort((a, b) => a.number - b.number).map(({ id }) => id);
}

/** Makes so many drives, labelled by who makes them. `node`: where they lie, or which one makes them where nodes share the group. */
export async function createMany(
  { name, page }: Person,
  { storage }: Group,
  { round, count, node, timeout }: { round: string; count: number; node?: LabNode; timeout: number },
): Promise<void> {
  await openNewDrive(page, { storage, label: `${name}-${round}`, mib: MIB, ...(node ? { node } : {}) });
  await page.getByLabel(en.drives.form.count).fill(String(count));
  await runPlan(page, `Create ${count} drives`, { timeout });
}

export async function removeMany({ page }: Person, ids: readonly string[], timeout: number): Promise<void> {
  await page.goto(`/drives/change?do=delete&ids=${ids.join(",")}`);
  await page.getByLabel("Type alpha to confirm").fill("alpha");
  await runPlan(page, `Delete ${ids.length} drives`, { timeout });
}

/** Writes each LV full of its own name. $1 group */
const FILL = `vg=$1; shift
for lv; do
  lvchange -ay "$vg/$lv" && yes "$lv" | dd of="/dev/$vg/$lv" bs=1M iflag=fullblock oflag=direct 2>/dev/null
  sync "/dev/$vg/$lv" && lvchange -an "$vg/$lv" || exit 1
done`;

/** Prints the LVs that hold anything but what they should: their own name, or nothing. $1 group, $2 what */
const READ = `vg=$1 what=$2; shift 2
for lv; do
  lvchange -ay "$vg/$lv" || exit 1
  size=$(blockdev --getsize64 "/dev/$vg/$lv")
  case $what in
    own) yes "$lv" | head -c "$size" | cmp -s - "/dev/$vg/$lv" || echo "$lv" ;;
    zeros) cmp -s -n "$size" /dev/zero "/dev/$vg/$lv" || echo "$lv" ;;
  esac
  lvchange -an "$vg/$lv" || exit 1
done`;

const onNode = (node: LabNode, script: string, ...words: string[]) =>
  node.sh(["sh", "-c", script, "sh", ...words], { timeoutMs: 120_000 + words.length * 30_000 });

/** Writes each LV full of its own name, from this node. */
export async function fillEach(node: LabNode, { vg }: Group, ids: readonly string[]): Promise<void> {
  await onNode(node, FILL, vg, ...ids);
}

/** Those of the LVs that hold anything but their own name, or but zeros, as this node reads them. */
export async function strange(node: LabNode, { vg }: Group, what: "own" | "zeros", ids: readonly string[]) {
  return (await onNode(node, READ, vg, what, ...ids)).split("\n").filter((id) => id !== "");
}

/** Every extent of the group that an LV has, once for each LV that has it. */
export async function extentsOf(node: LabNode, { vg }: Group): Promise<string[]> {
  const said = await node.sh(["lvs", "--noheadings", "--segments", "-o", "seg_pe_ranges", vg]);
  return [...said.matchAll(/(\S+):(\d+)-(\d+)/g)].flatMap(([, device, from, to]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => `${device}:${Number(from) + index}`),
  );
}
