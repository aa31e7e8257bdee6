import type { Check, NodeStep } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import { patienceFor, REFUSE_SCRIPT } from "../drive-marks.ts";
import { CHANGE_MS, CHECK_MS, FREE_PV_SCRIPT, type NewPv, onlyDisks, proveFree, pvFailures } from "./pv-steps.ts";
import { pvLink } from "./steps.ts";

/** The VG that is changed. */
export interface Group {
  name: string;
  uuid: string;
  /** Words that name the devices of its PVs, the only ones opened. */
  devices: readonly string[];
  target: string;
}

/** Sets line of the VG with UUID `$uuid`: name, attributes, missing PVs; refuses unless it is whole, writable and called `$vg`. */
const PROVE_GROUP = `${REFUSE_SCRIPT}
prove_group() {
  line=$(vgs "$@" --noheadings --separator '|' -o vg_name,vg_attr,vg_missing_pv_count -S "vg_uuid=$uuid" | tr -d ' ')
  name=\${line%%|*}
  [ "$name" = "$vg" ] || refuse vg-other "$line"
  case $line in *'|w'*) ;; *) refuse vg-other "$line" ;; esac
  [ "\${line##*|}" = 0 ] || refuse vg-partial "$line"
}
`;

/** $1 VG UUID, $2 its name, $3 how many new PVs; then UUID and disk of each, then the devices. */
const PROVE_EXTEND = `${PROVE_GROUP}${FREE_PV_SCRIPT}
uuid=$1 vg=$2 left=$3
shift 3
while [ "$left" -gt 0 ]; do
  free_pv "$1" "$2"
  shift 2
  left=$((left - 1))
done
prove_group "$@"`;

/** Whether each PV is in the VG. $1 VG UUID, $2 how many PVs; then their UUIDs, then the devices. */
export const ALL_IN = `uuid=$1 left=$2
shift 2
wanted=
while [ "$left" -gt 0 ]; do wanted="$wanted $1"; shift; left=$((left - 1)); done
found=$(pvs "$@" --noheadings -o pv_uuid -S "vg_uuid=$uuid") || exit 9
for one in $wanted; do case " $(echo $found) " in *" $one "*) ;; *) exit 1 ;; esac; done`;

/** Refuses while something is on one of the PVs. $1 VG UUID, $2 how many PVs; then their UUIDs, then the devices. */
const NOTHING_ON = `${REFUSE_SCRIPT}
uuid=$1 left=$2
shift 2
wanted=
while [ "$left" -gt 0 ]; do wanted="$wanted $1"; shift; left=$((left - 1)); done
for one in $wanted; do
  count=$(pvs "$@" --noheadings -o pv_pe_alloc_count -S "vg_uuid=$uuid && pv_uuid=$one") || exit 9
  case $(echo $count) in '' | 0) ;; *) refuse pv-in-use "$one holds $count extents" ;; esac
done`;

/** Takes PVs out that are in. $1 VG, $2 how many disks; then the disks, then the devices. */
const REDUCE = `vg=$1 left=$2
shift 2
disks=
while [ "$left" -gt 0 ]; do disks="$disks $1"; shift; left=$((left - 1)); done
for disk in $disks; do
  group=$(pvs "$@" --noheadings -o vg_name -- "$disk") || exit 9
  [ "$(echo $group)" = "$vg" ] || continue
  vgreduce "$@" -- "$vg" "$disk" || exit 1
done`;

const check = (script: string, ...words: string[]): Check => ({
  command: { argv: ["sh", "-c", script, "spindle", ...words], timeoutMs: CHECK_MS },
});

/** Adds new PVs to a VG. */
export function extendStep({ name, uuid, devices: own, target }: Group, pvs: readonly NewPv[]): NodeStep {
  const devices = [...own, ...onlyDisks(pvs)];
  const disks = pvs.map(({ link }) => link);
  const uuids = pvs.map((pv) => pv.uuid);
  const values = { vg: name, disks: disks.join(", "), disk: disks.join(", ") };
  const amount = String(pvs.length);
  const pairs = pvs.flatMap(({ link, uuid: pv }) => [pv, link]);
  return {
    kind: "node",
    id: "extend",
    target,
    title: text("lvm.parts.step.extend", values),
    command: { argv: ["vgextend", ...devices, "--", name, ...disks], timeoutMs: CHANGE_MS },
    alreadyDone: check(ALL_IN, uuid, amount, ...uuids, ...devices),
    precondition: check(PROVE_EXTEND, uuid, name, amount, ...pairs, ...devices),
    failures: pvFailures(values),
    undo: {
      title: text("lvm.parts.step.unextend", values),
      command: { argv: ["sh", "-c", REDUCE, "spindle", name, amount, ...disks, ...devices], timeoutMs: CHANGE_MS },
      proof: check(NOTHING_ON, uuid, amount, ...uuids, ...devices),
    },
  };
}

/** Extents of the PV that hold something, or that the other PVs have free. $1 VG UUID, $2 PV UUID; then the devices. */
const COUNTS = `
used() { pvs "$@" --noheadings -o pv_pe_alloc_count -S "vg_uuid=$uuid && pv_uuid=$pv" | tr -d ' '; }
moving() { case $(lvs "$@" -a --noheadings -o lv_name -S "vg_uuid=$uuid") in *pvmove*) return 0 ;; esac; return 1; }
room() {
  total=0
  for line in $(pvs "$@" --noheadings --separator '|' -o pv_uuid,pv_pe_count,pv_pe_alloc_count -S "vg_uuid=$uuid" | tr -d ' '); do
    case $line in "$pv|"*) continue ;; esac
    rest=\${line#*|}
    total=$((total + \${rest%%|*} - \${rest##*|}))
  done
  echo "$total"
}
`;

const IS_EMPTY = `${COUNTS}
uuid=$1 pv=$2
shift 2
[ "$(used "$@")" = 0 ] && ! moving "$@"`;

const PROVE_ROOM = `${PROVE_GROUP}${COUNTS}
uuid=$1 vg=$2 pv=$3
shift 3
prove_group "$@"
needed=$(used "$@")
[ -n "$needed" ] || refuse pv-gone "$pv"
! moving "$@" || exit 0
[ "$(room "$@")" -ge "$needed" ] || refuse no-room "$(room "$@") extents free, $needed needed"`;

/**
 * A move that was cut short goes on first: LVM keeps in its metadata how far it is. Killed at any point, every extent is
 * on the old PV, on the new one, or on both. $1 VG UUID, $2 PV UUID, $3 its name; then the devices.
 */
const MOVE = `${COUNTS}
uuid=$1 pv=$2 link=$3
shift 3
if moving "$@"; then pvmove "$@" -i 5 || exit 1; fi
if [ "$(used "$@")" != 0 ]; then pvmove "$@" -i 5 -- "$link" || exit 1; fi
[ "$(used "$@")" = 0 ]`;

/** Moves everything off a PV, onto the others of its VG. `bytes`: how much that is. */
export function moveStep({ name, uuid, devices, target }: Group, pv: string, label: string, bytes: number): NodeStep {
  const values = { vg: name, pv: label, disk: label };
  return {
    kind: "node",
    id: "move",
    target,
    title: text("lvm.parts.step.move", values),
    command: {
      argv: ["sh", "-c", MOVE, "spindle", uuid, pv, pvLink(pv), ...devices],
      timeoutMs: patienceFor(bytes),
    },
    alreadyDone: check(IS_EMPTY, uuid, pv, ...devices),
    precondition: check(PROVE_ROOM, uuid, name, pv, ...devices),
    failures: pvFailures(values),
    undo: { none: text("lvm.parts.step.move-none") },
  };
}

/** Ends with 0 where the PV has its UUID and is in no VG, or is no PV any more. $1 VG UUID, $2 PV UUID; then the devices. */
const IS_OUT = `uuid=$1 pv=$2
shift 2
vgs "$@" --noheadings -o vg_name -S "vg_uuid=$uuid" | grep -q . || exit 9
left=$(pvs "$@" --noheadings -o pv_uuid -S "vg_uuid=$uuid && pv_uuid=$pv") || exit 9
[ -z "$left" ]`;

/** $1 VG UUID, $2 its name, $3 PV UUID; then the devices. */
const PROVE_REDUCE = `${PROVE_GROUP}${COUNTS}
uuid=$1 vg=$2 pv=$3
shift 3
prove_group "$@"
count=$(used "$@")
[ -n "$count" ] || refuse pv-gone "$pv"
[ "$count" = 0 ] || refuse pv-in-use "$pv holds $count extents"`;

const IS_NO_PV = `[ ! -e "$1" ]`;

/** Takes an empty PV out of its VG, then its label off the disk. */
export function removeSteps({ name, uuid, devices, target }: Group, pv: string, label: string): NodeStep[] {
  const own = ["--devices", pvLink(pv)];
  const values = { vg: name, pv: label, disk: label };
  const free = proveFree([{ uuid: pv, device: pvLink(pv) }]);
  return [
    {
      kind: "node",
      id: "reduce",
      target,
      title: text("lvm.parts.step.reduce", values),
      command: { argv: ["vgreduce", ...devices, "--", name, pvLink(pv)], timeoutMs: CHANGE_MS },
      alreadyDone: check(IS_OUT, uuid, pv, ...devices),
      precondition: check(PROVE_REDUCE, uuid, name, pv, ...devices),
      failures: pvFailures(values),
      undo: {
        title: text("lvm.parts.step.unreduce", values),
        command: { argv: ["vgextend", ...devices, "--", name, pvLink(pv)], timeoutMs: CHANGE_MS },
        proof: free,
      },
    },
    {
      kind: "node",
      id: "remove",
      target,
      title: text("lvm.parts.step.remove", values),
      command: { argv: ["pvremove", ...own, "--", pvLink(pv)], timeoutMs: CHANGE_MS },
      alreadyDone: check(IS_NO_PV, pvLink(pv)),
      precondition: free,
      failures: pvFailures(values),
      undo: { none: text("lvm.parts.step.remove-none") },
    },
  ];
}
