import type { PreflightChoice, PreflightRow } from "../../../domain/preflight.ts";
import { text } from "../../../domain/text.ts";
import { formatBytes } from "../../../domain/units.ts";
import { type Disk, isUnused, type UnusedDisk, useText } from "../../disks.ts";

const CHOSEN = "use";
const keyOf = ({ link }: UnusedDisk) => `disk:${link}`;

/** So many uses of one disk are said. */
const MOST_USES = 3;

function usedRows(disk: Disk): PreflightRow[] {
  return disk.used.slice(0, MOST_USES).map((use) => ({
    id: `disk-${disk.name}`,
    state: "pass",
    title: text("disks.row.used", { disk: `/dev/${disk.name}`, size: formatBytes(disk.size) }),
    detail: useText(use),
  }));
}

function choiceOf(disk: UnusedDisk): PreflightChoice {
  const { name, size, model, serial, link } = disk;
  const label = text("lvm.choice.disk", { disk: `/dev/${name}`, size: formatBytes(size), model, serial, link });
  return { key: keyOf(disk), value: CHOSEN, label };
}

/** The unused disks, each as a choice; none where there is none. */
function offerRow(vg: string, unused: readonly UnusedDisk[]): PreflightRow[] {
  if (unused.length === 0) return [];
  const values = { vg, count: unused.length };
  return [
    {
      ...{ id: "disks", state: "pass", title: text("lvm.row.disks") },
      ...{ detail: text("lvm.group.make", values), choices: unused.map(choiceOf) },
    },
  ];
}

/**
 * Behind the row that says that no group of the name is there: the unused disks that one can be made of, and every other
 * disk with what was found on it. With disks chosen the first row says what will be made of them.
 */
export function diskRows(
  row: PreflightRow,
  vg: string,
  disks: readonly Disk[],
  choices: Record<string, string>,
): { rows: PreflightRow[]; chosen: UnusedDisk[] } {
  const unused = disks.filter(isUnused);
  const used = disks.filter((disk) => !isUnused(disk)).flatMap(usedRows);
  const chosen = unused.filter((disk) => choices[keyOf(disk)] === CHOSEN);
  const values = { vg, disks: chosen.map(({ link }) => link).join(", "), count: chosen.length };
  const made: PreflightRow = {
    ...{ id: row.id, state: "pass", title: row.title, detail: text("lvm.group.will-make", values) },
  };
  return { rows: [chosen.length > 0 ? made : row, ...offerRow(vg, unused), ...used], chosen };
}
