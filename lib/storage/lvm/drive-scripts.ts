import { REFUSE_SCRIPT } from "../drive-marks.ts";
import { ASIDE } from "./aside.ts";

/**
 * `volume` sets vg, attributes, missing, free and metadata of the VG with UUID `$uuid`, and name, size, active, open and
 * tags of its LV `$lv`; `group` those of the VG alone. The devices are the arguments. Empty where there is no such
 * thing. One report tells of both, because each takes LVM a second on a busy node. `active` is `half` where a command
 * that was cut off has left a device without a table, or suspended.
 */
const LOOK = `
# Which LVs, where it is not $lv alone; whatever the surroundings call so is not meant.
names=

ask() {
  program=$1 fields=$2 selection=$3
  shift 3
  line=$("$program" "$@" --noheadings --nosuffix --units b --separator '|' \\
    -o "vg_name,vg_attr,vg_missing_pv_count,vg_free_count,vg_mda_free$fields" -S "vg_uuid=$uuid$selection") || exit 9
  IFS='|' read -r vg attributes missing free metadata name size active table suspended open tags <<EOF
\${line#"\${line%%[! ]*}"}
EOF
  case $active,$table,$suspended in active,*present*,) ;; active,*) active=half ;; *) active= ;; esac
}

group() { ask vgs '' '' "$@"; }

volume() {
  ask lvs ',lv_name,lv_size,lv_active,lv_live_table,lv_suspended,lv_device_open,lv_tags' " && (\${names:-lv_name=$lv})" "$@"
  [ -n "$vg" ] || group "$@"
}

tagged() { case ",$tags," in *",$1,"*) return 0 ;; esac; return 1; }

# Whether it carries the drive's own mark, also while it is aside.
is_own() { tagged "spindle.drive=\${lv%${ASIDE}}"; }

# Where the part begins that may still show old data; empty where there is none.
blank_from() {
  from=
  case ",$tags," in *,spindle.blank-from=*) from=,$tags from=\${from#*,spindle.blank-from=} from=\${from%%,*} ;; esac
}
`;

/**
 * Whether the LV is as wanted; ends with 0 or 1, and with another code where LVM could not be asked. It is away when no
 * LV has this name, and gone when none is aside either. $1 VG UUID, $2 LV, $3 what, $4 value; then the devices.
 */
export const IS_SCRIPT = `${LOOK}
uuid=$1 lv=$2 what=$3 value=$4
shift 4
[ "$what" != gone ] || names="lv_name=$lv || lv_name=$lv${ASIDE}"
volume "$@"
[ -n "$vg" ] || exit 9
case $what in
  away | gone) [ -z "$name" ]; exit ;;
  # Where it is not there any more, nothing is left to wipe.
  wiped) [ -n "$name" ] || exit 0 ;;
esac
[ -n "$name" ] && is_own || exit 1
blank_from
case $what in
  wiped) tagged spindle.wipe=done ;;
  made) [ "$size" = "$value" ] ;;
  blank) [ -z "$from" ] ;;
  ready) [ -z "$from" ] && [ -z "$active" ] ;;
  size) [ "$size" -ge "$value" ] ;;
  marked) [ "$size" -ge "$value" ] || [ -n "$from" ] ;;
  label) tagged "spindle.label=$value" ;;
  active) [ "$active" = active ] ;;
  inactive) [ -z "$active" ] ;;
esac`;

/**
 * Proves right before a change that this is the VG that was pinned, whole, with room, and that the LV is the drive's own.
 * $1 VG UUID, $2 its name, $3 extents that must be free, $4 LV or -, $5 any, closed, handed-out, wiped or untouched (no
 * deletion has begun to wipe it), $6 the size it must have, or empty; then the devices.
 */
export const PROVE_SCRIPT = `${REFUSE_SCRIPT}${LOOK}
uuid=$1 wanted=$2 extents=$3 lv=$4 how=$5 expected=$6
shift 6
if [ "$lv" = - ]; then group "$@"; else volume "$@"; fi
[ -n "$vg" ] || refuse vg-gone "$uuid"
[ "$vg" = "$wanted" ] || refuse vg-renamed "$vg"
[ "$missing" = 0 ] || refuse vg-partial "$missing"
case $attributes in w*) ;; *) refuse vg-read-only ;; esac
if [ "$extents" -gt 0 ]; then
  [ "$free" -ge "$extents" ] || refuse no-space "$free extents free, $extents needed"
  [ "$metadata" -ge 65536 ] || refuse no-metadata "$metadata bytes free"
fi
[ "$lv" != - ] || exit 0
[ -n "$name" ] || refuse lv-gone "$lv"
is_own || refuse not-ours "$lv $tags"
[ -z "$expected" ] || [ "$size" = "$expected" ] || refuse other-size "$size bytes, not $expected"
case $how in
  closed | wiped) [ "$open" != open ] || refuse in-use "$lv" ;;
esac
blank_from
case $how in
  handed-out) [ -z "$from" ] || refuse not-blank "$lv" ;;
  wiped) tagged spindle.wipe=done || refuse not-wiped "$lv" ;;
  untouched) case ",$tags," in *,spindle.wipe=*) refuse wiping "$lv" ;; esac ;;
esac
exit 0`;

/**
 * \`fill WAY\`: the device \`$device\` reads as zeros from byte \`$from\` to its end, made so piece by piece in a way of these.
 * What was read back came from the disk: both ways throw away what the kernel had kept of a piece.
 */
const FILL = `
mib=1048576

write_zeros() {
  edge=65536
  fallocate --zero-range --keep-size --offset "$at" --length "$piece" "$device"
  [ "$edge" -le "$piece" ] || edge=$piece
  cmp -n "$edge" -i "$at:0" -- "$device" /dev/zero
  cmp -n "$edge" -i "$((at + piece - edge)):0" -- "$device" /dev/zero
}

# The kernel refuses to punch a hole where a discard is not known to leave zeros. A disk may lie about it, so the whole
# piece is read, past the page cache, and written where that shows anything else.
discard() {
  fallocate --punch-hole --offset "$at" --length "$piece" "$device" 2>/dev/null && reads_zeros || write_zeros
}

reads_zeros() {
  dd if="$device" bs=4M iflag=direct,skip_bytes,count_bytes skip="$at" count="$piece" status=none 2>/dev/null |
    cmp -s -n "$piece" - /dev/zero
}

fill() {
  at=$from
  end=$(blockdev --getsize64 "$device")
  # What a short device hides would count as filled.
  [ "$end" = "$size" ] || refuse other-size "$end bytes, not $size"
  total=$(((end - from) / mib)) shown=0
  while [ "$at" -lt "$end" ]; do
    piece=$((end - at))
    [ "$piece" -le $((256 * mib)) ] || piece=$((256 * mib))
    "$1"
    at=$((at + piece))
    share=100
    [ "$end" = "$from" ] || share=$(((at - from) / mib * 100 / (total > 0 ? total : 1)))
    if [ "$share" -ge $((shown + 1)) ]; then
      shown=$share
      echo "zeroed $(((at - from) / mib)) of $total MiB, $share %"
    fi
  done
  # The note that it is done must not be on the disk before it is.
  sync -- "$device"
}
`;

/** Looks at the LV $2 of the VG with UUID $1 as what is about to change it; sets `device`. */
const OPEN = `${REFUSE_SCRIPT}${LOOK}${FILL}
set -e
uuid=$1 lv=$2
shift 2
volume "$@"
[ -n "$vg" ] || refuse vg-gone "$uuid"
[ -n "$name" ] || refuse lv-gone "$lv"
device=/dev/$vg/$lv

# Switches it on where it is not. Of what a command that was cut off has left, LVM mends a device without a table or
# suspended by switching it on; it reloads one that is as short as before an lvextend, or has no link, when it is told to.
on() {
  [ "$active" = active ] || lvchange "$@" -ay -- "$vg/$lv"
  [ "$(blockdev --getsize64 "$device")" = "$size" ] || lvchange "$@" --refresh -- "$vg/$lv"
}
`;

/** Writes zeros from where the LV's tag says to its end, reads the edges of every piece back, and takes the tag off. */
const ZERO = `
zero() {
  on "$@"
  fill write_zeros
  lvchange "$@" --deltag "spindle.blank-from=$from" -- "$vg/$lv"
}
blank_from`;

/** Zeroes what was added to an LV; it is left active or not as it was, for it may be in use. $1 VG UUID, $2 LV; then the devices. */
export const ZERO_ADDED_SCRIPT = `${OPEN}${ZERO}
[ -n "$from" ] || exit 0
zero "$@"
[ -n "$active" ] || lvchange "$@" -an -- "$vg/$lv"`;

/** Zeroes an LV that nobody has got yet, and leaves it inactive: lvcreate has switched it on. $1 VG UUID, $2 LV; then the devices. */
export const ZERO_NEW_LV_SCRIPT = `${OPEN}${ZERO}
[ -z "$from" ] || zero "$@"
lvchange "$@" -an -- "$vg/$lv"`;

/**
 * Wipes an LV that was renamed aside, notes on it that this has begun and that it is done, and leaves it inactive. What
 * was cut short begins again. $1 VG UUID, $2 LV; then the devices.
 */
export const WIPE_SCRIPT = `${OPEN}
tagged spindle.wipe=begun || lvchange "$@" --addtag spindle.wipe=begun -- "$vg/$lv"
on "$@"
from=0
fill discard
lvchange "$@" -an -- "$vg/$lv"
lvchange "$@" --deltag spindle.wipe=begun --addtag spindle.wipe=done -- "$vg/$lv"`;

/**
 * Proves that an LV may be taken back: the drive's own, not open, and either never handed out or nothing but zeros. In
 * another VG of that name it is not there, which proves nothing. $1 VG UUID, $2 VG, $3 LV; then the devices.
 */
export const EMPTY_SCRIPT = `${REFUSE_SCRIPT}${LOOK}
uuid=$1 wanted=$2 lv=$3
shift 3
volume "$@"
[ -n "$vg" ] || refuse vg-gone "$uuid"
[ "$vg" = "$wanted" ] || refuse vg-renamed "$vg"
[ -n "$name" ] || exit 0
is_own || refuse not-ours "$lv $tags"
[ "$open" != open ] || refuse in-use "$lv"
blank_from
[ "$from" != 0 ] || exit 0
[ "$active" = active ] || lvchange "$@" -ay -- "$vg/$lv"
cmp -n "$size" -- "/dev/$vg/$lv" /dev/zero && exit 0
# What stays is left as it was: who is active is who is in use.
[ "$active" = active ] || lvchange "$@" -an -- "$vg/$lv"
refuse not-empty "$lv"`;

/**
 * Removes an LV where it is there; that LVM could not be asked is a failure, and so is a VG that is not there: of a disk
 * that is gone LVM tells nothing, and calls it well. $1 VG, $2 LV; then the devices.
 */
export const TAKE_BACK_SCRIPT = `group=$1 lv=$2
shift 2
left=$(lvs "$@" --noheadings -o lv_name -S "lv_name=$lv" -- "$group") || exit
[ -n "$left" ] || exit 0
lvremove "$@" -y -- "$group/$lv"`;
