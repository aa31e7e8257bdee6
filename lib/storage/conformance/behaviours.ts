interface Row {
  csi: string;
  says: string;
  /** The types it is asked of; every type where that is not said. */
  kinds?: readonly string[];
}

/**
 * What every driver must do with drives, whatever its storage. Numbers are those of the CSI sanity suite's behaviours
 * where one stands behind it; the rest is ours.
 */
export const BEHAVIOURS = {
  abilities: { csi: "1", says: "Every ability a driver names works; what it does not name has no steps." },
  capacity: { csi: "3", says: "Room for drives is told without asking for a drive." },
  "empty-list": { csi: "4", says: "Listing works where there is nothing, and names nothing." },
  listed: { csi: "6", says: "A new drive is listed with its mark, label and size; a deleted one is not." },
  "at-least": { csi: "11", says: "A drive has at least the size that was asked for, as the node itself says." },
  "again-same": {
    csi: "12",
    says: "Made again with the same id and size: nothing happens, its data stays, there is one.",
  },
  "again-other": {
    csi: "13",
    says: "Made again with the same id and another size: refused, and the first is untouched.",
  },
  "long-label": { csi: "14", says: "A label of the greatest length and of any script is kept and read back." },
  "delete-absent": { csi: "21", says: "Deleting what is not there succeeds." },
  delete: { csi: "22", says: "Deleting gives the space back." },
  "twice-off": { csi: "29", says: "Switching off what is off succeeds." },
  "life-twice": { csi: "30, 31", says: "The whole life of a drive works, with every call made twice." },
  grow: { csi: "41", says: "Growing works and is seen in the list; growing to less changes nothing." },
  relabel: { csi: "42", says: "A label is changed on the storage as well; the volume's name never is." },
  "in-use-kept": { csi: "–", says: "What is open on the node is not deleted, and says who has it." },
  "old-data": {
    csi: "–",
    says: "A new drive shows nothing of what lay there before, nor does what is added by growing.",
  },
  stranger: {
    csi: "–",
    says: "A volume of that name without our mark is refused, listed as unknown, and not touched.",
  },
  "other-storage": {
    csi: "–",
    says: "When the storage is not the pinned one, nothing is made, removed, or said to be undone.",
  },
  "taken-back": { csi: "–", says: "Undoing a creation leaves nothing; with data in it the drive stays." },
  killed: { csi: "–", says: "A creation cut off in any step is gone on with, and ends the same." },
  "half-done": {
    csi: "–",
    says: "A device that a command cut off has left without its table, suspended, or as short as before growing is put right by going on, and shows nothing old.",
    kinds: ["lvm", "network-lvm"],
  },
  "panel-killed": {
    csi: "–",
    says: "With panel or database killed before, in and after each step, forth and back, everything ends the same.",
    kinds: ["file", "lvm", "network-lvm"],
  },
  "two-creates": {
    csi: "–",
    says: "The same creation asked twice at once makes one drive, and leaves nothing half made beside it.",
  },
  "grow-and-delete": {
    csi: "–",
    says: "Growing and deleting one drive at once leaves it grown or gone; whoever came too late is told.",
  },
  "other-locale": { csi: "–", says: "On a node that speaks another language everything works as ever." },
  noise: {
    csi: "–",
    says: "What login scripts and tools print beside their answer, on either output, changes nothing.",
  },
  "lost-midway": {
    csi: "–",
    says: "Storage lost during a creation: the step fails with the cause, and no undo claims to have worked; once it is back, going on leaves one drive, undoing none.",
  },
  wiped: {
    csi: "–",
    says: "Where its storage wipes at deletion, the space of a deleted drive holds nothing but zeros.",
    kinds: ["lvm"],
  },
  "wiped-without-discard": {
    csi: "–",
    says: "So it does on a disk that does not promise zeros where it was discarded.",
    kinds: ["lvm"],
  },
  "wiping-killed": {
    csi: "–",
    says: "Wiping that is cut off keeps the space and stays the drive's, is neither undone nor used, and is gone on with.",
    kinds: ["lvm"],
  },
  "wiping-refused": {
    csi: "–",
    says: "A drive that was set aside and of which nothing is wiped gets its name and its data back.",
    kinds: ["lvm"],
  },
} as const satisfies Record<string, Row>;
export type Behaviour = keyof typeof BEHAVIOURS;

/** The table of docs/conformance.md. */
export function conformanceTable(kinds: readonly string[]): string {
  const rows = Object.values<Row>(BEHAVIOURS).map(({ csi, says, kinds: asked = kinds }) => {
    const answers = kinds.map((kind) => (asked.includes(kind) ? "yes" : "–"));
    return `| ${csi} | ${says} | ${answers.join(" | ")} |`;
  });
  return [
    "# What every storage does with drives",
    "",
    "Made from `lib/storage/conformance/behaviours.ts`; each row is a test that runs against a real node for each type.",
    "",
    `| CSI | behaviour | ${kinds.join(" | ")} |`,
    `|---|---|${kinds.map(() => "---|").join("")}`,
    ...rows,
    "",
  ].join("\n");
}
