import type { NodeStep } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import { REFUSE_SCRIPT } from "../drive-marks.ts";
import type { Group } from "./part-steps.ts";
import { CHANGE_MS, CHECK_MS, pvFailures } from "./pv-steps.ts";

/**
 * Shell function `grown`: sets $bytes to the size of the PV's device as LVM has it, $more to how many extents more than it
 * has would fit on it. $1 VG UUID, $2 PV UUID; then the devices.
 */
const GROWN = `${REFUSE_SCRIPT}
grown() {
  select="vg_uuid=$1 && pv_uuid=$2"
  shift 2
  fields=dev_size,pe_start,vg_extent_size,pv_pe_count,pv_mda_count,pv_mda_size
  line=$(pvs "$@" --readonly --noheadings --units b --nosuffix --separator ' ' -o "$fields" -S "$select") || exit 9
  [ -n "$line" ] || refuse pv-gone "$select"
  set -- $line
  bytes=$1 end=$1
  [ "$5" -le 1 ] || end=$((end - $6))
  more=$(((end - $2) / $3 - $4))
}
`;

/** Whether the PV fills its device, which has that size. $1 bytes, $2 VG UUID, $3 PV UUID; then the devices. */
export const FILLS = `${GROWN}
size=$1
shift
grown "$@"
[ "$bytes" = "$size" ] && [ "$more" -le 0 ]`;

/** Refuses unless the device has that size and the group is whole. Takes the same. */
const PROVE_GROWN = `${GROWN}
size=$1
shift
grown "$@"
[ "$bytes" = "$size" ] || refuse other-size "$bytes bytes, not $size"
uuid=$1
shift 2
missing=$(vgs "$@" --noheadings -o vg_missing_pv_count -S "vg_uuid=$uuid" | tr -d ' ')
[ "$missing" = 0 ] || refuse vg-partial "$missing"`;

export interface GrownPv {
  uuid: string;
  /** The name that follows its device. */
  link: string;
  /** Bytes that its device has by now. */
  size: number;
}

/** What a check about a grown PV is given. */
export const grownWords = ({ uuid, devices }: Group, pv: GrownPv): string[] => [
  String(pv.size),
  uuid,
  pv.uuid,
  ...devices,
];

/** Takes what a PV's device has grown by into its group. */
export function resizeStep(group: Group, pv: GrownPv, id: string): NodeStep {
  const words = grownWords(group, pv);
  const values = { vg: group.name, disk: pv.link };
  return {
    ...{ kind: "node", id, target: group.target, title: text("lvm.parts.step.resize", values) },
    command: { argv: ["pvresize", ...group.devices, "--", pv.link], timeoutMs: CHANGE_MS },
    alreadyDone: { command: { argv: ["sh", "-c", FILLS, "spindle", ...words], timeoutMs: CHECK_MS } },
    precondition: { command: { argv: ["sh", "-c", PROVE_GROWN, "spindle", ...words], timeoutMs: CHECK_MS } },
    failures: pvFailures(values),
    // Only shrinking would take it back, which can cut off what has come to lie there since.
    undo: { none: text("lvm.parts.step.resize-none") },
  };
}
