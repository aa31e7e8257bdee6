import { createHash } from "node:crypto";
import type { Check, Command, Failure, NodeStep } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import { diskFailures, proveDisk, type UnusedDisk } from "../disks.ts";
import { REFUSAL, REFUSE_SCRIPT } from "../drive-marks.ts";

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** LVM waits for its own lock, and a busy node takes its time. */
export const CHANGE_MS = 180_000;
export const CHECK_MS = 60_000;

/**
 * The UUID that a PV on this disk gets: the same for the same storage, node and disk, so that a plan is the same each
 * time, and so that an undo knows its own PV, which carries no tag.
 */
export function pvUuidFor(storageId: string, target: string, { link }: Pick<UnusedDisk, "link">): string {
  const hash = createHash("sha256").update(`${storageId}\n${target}\n${link}`).digest();
  const letters = [...hash].map((byte) => LETTERS[byte % LETTERS.length]).join("");
  return [6, 4, 4, 4, 4, 4, 6]
    .reduce<{ parts: string[]; at: number }>(
      ({ parts, at }, length) => ({ parts: [...parts, letters.slice(at, at + length)], at: at + length }),
      { parts: [], at: 0 },
    )
    .parts.join("-");
}

/** A device that becomes a PV. */
export interface NewPv {
  /** The name that follows it. */
  link: string;
  uuid: string;
  /** Proves, in the unit that acts, that it is the device that was looked at, and that nothing is on it. */
  proof: Check;
  /** What it means when that is refused. */
  failures: Failure[];
  /** Bytes at its beginning that the proof has seen to be zeros: an undo leaves them so, or the next look would call them data. */
  zeros?: number;
}

export const newPvs = (storageId: string, target: string, disks: readonly UnusedDisk[]): NewPv[] =>
  disks.map((disk) => ({
    link: disk.link,
    uuid: pvUuidFor(storageId, target, disk),
    proof: proveDisk(disk),
    failures: diskFailures(disk),
  }));

/** Only these devices are opened. */
export const onlyDisks = (pvs: readonly NewPv[]) => pvs.flatMap(({ link }) => ["--devices", link]);

/** Shell function `free_pv UUID DEVICE`: refuses unless the device is that PV, and no group has it. */
export const FREE_PV_SCRIPT = `${REFUSE_SCRIPT}
free_pv() {
  line=$(pvs --devices "$2" --noheadings --separator '|' -o pv_uuid,vg_name -- "$2" | tr -d ' ')
  [ -n "$line" ] || refuse pv-gone "$2"
  [ "$line" = "$1|" ] || refuse pv-other "$2 $line"
}
`;

const ALL_FREE = `${FREE_PV_SCRIPT}
while [ $# -gt 0 ]; do
  free_pv "$1" "$2"
  shift 2
done`;

/** Proves that devices are the PVs that they should be, and that no group has them. */
export function proveFree(pvs: readonly { uuid: string; device: string }[]): Check {
  const words = pvs.flatMap(({ uuid, device }) => [uuid, device]);
  return { command: { argv: ["sh", "-c", ALL_FREE, "spindle", ...words], timeoutMs: CHECK_MS } };
}

export const deviceOf = ({ link, uuid }: NewPv) => ({ uuid, device: link });

export function pvFailures(values: Record<string, string>): Failure[] {
  return ["pv-gone", "pv-other", "vg-other", "vg-partial", "name-taken", "no-room", "pv-in-use", "other-size"].map(
    (word) => ({
      match: REFUSAL + word,
      message: text(`lvm.parts.failed.${word}`, values),
      hint: text(`lvm.parts.failed.${word}-hint`, values),
    }),
  );
}

/** `pvremove` takes the label; the text of a group's metadata stays behind it. $1 device, $2 bytes, then which devices LVM opens */
const REMOVE_TO_ZEROS = `device=$1 bytes=$2
shift 2
pvremove "$@" -- "$device" || exit
dd if=/dev/zero of="$device" bs="$bytes" count=1 oflag=direct conv=notrunc,fsync status=none`;

function removal({ link, zeros }: NewPv): Command {
  const only = ["--devices", link];
  const argv = zeros
    ? ["sh", "-c", REMOVE_TO_ZEROS, "spindle", link, String(zeros), ...only]
    : ["pvremove", ...only, "--", link];
  return { argv, timeoutMs: CHANGE_MS };
}

/** Makes a PV on an unused device, with room for the metadata of thousands of LVs. Nothing is ever forced or wiped. */
export function pvStep(target: string, pv: NewPv, index: number): NodeStep {
  const { link, uuid } = pv;
  const only = ["--devices", link];
  return {
    kind: "node",
    id: `pv-${index + 1}`,
    target,
    title: text("lvm.parts.step.pv", { disk: link }),
    command: {
      argv: ["pvcreate", ...only, "--metadatasize", "16m", "--uuid", uuid, "--norestorefile", "--", link],
      timeoutMs: CHANGE_MS,
    },
    alreadyDone: {
      command: { argv: ["pvs", ...only, "--noheadings", "-o", "pv_uuid", "--", link], timeoutMs: CHECK_MS },
      stdout: uuid,
    },
    precondition: pv.proof,
    failures: [...pv.failures, ...pvFailures({ disk: link, vg: "" })],
    undo: {
      title: text("lvm.parts.step.unpv", { disk: link }),
      command: removal(pv),
      proof: proveFree([deviceOf(pv)]),
    },
  };
}
