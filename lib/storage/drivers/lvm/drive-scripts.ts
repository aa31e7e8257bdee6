import { REFUSE_SCRIPT } from "../../drive-marks.ts";

/**
 * Sets name, size, active, open and tags of the LV \`$lv\` of the VG with UUID \`$uuid\`, and vg, attributes, missing,
 * free and metadata of that VG; the devices are the arguments. Empty where there is no such thing.
 */
const LOOK = `
group() {
  line=$(vgs "$@" --noheadings --nosuffix --units b --separator '|' \\
    -o vg_name,vg_attr,vg_missing_pv_count,vg_free_count,vg_mda_free -S "vg_uuid=$uuid") || exit 9
  IFS='|' read -r vg attributes missing free metadata <<EOF
\${line#"\${line%%[! ]*}"}
EOF
}

volume() {
  line=$(lvs "$@" --noheadings --nosuffix --units b --separator '|' \\
    -o lv_name,lv_size,lv_active,lv_device_open,lv_tags -S "vg_uuid=$uuid && lv_name=$lv") || exit 9
  IFS='|' read -r name size active open tags <<EOF
\${line#"\${line%%[! ]*}"}
EOF
}

tagged() { case ",$tags," in *",$1,"*) return 0 ;; esac; return 1; }

# Where the part begins that may still show old data; empty where there is none.
blank_from() {
  from=
  case ",$tags," in *,spindle.blank-from=*) from=,$tags from=\${from#*,spindle.blank-from=} from=\${from%%,*} ;; esac
}
`;

/**
 * Whether the LV is as wanted; ends with 0 or 1, and with another code where LVM could not be asked.
 * $1 VG UUID, $2 LV, $3 what, $4 value; then the devices.
 */
export const IS_SCRIPT = `${LOOK}
uuid=$1 lv=$2 what=$3 value=$4
shift 4
group "$@"
[ -n "$vg" ] || exit 9
volume "$@"
if [ "$what" = gone ]; then [ -z "$name" ]; exit; fi
[ -n "$name" ] && tagged "spindle.drive=$lv" || exit 1
blank_from
case $what in
  made) [ "$size" = "$value" ] ;;
  blank) [ -z "$from" ] ;;
  size) [ "$size" -ge "$value" ] ;;
  marked) [ "$size" -ge "$value" ] || [ -n "$from" ] ;;
  label) tagged "spindle.label=$value" ;;
  active) [ "$active" = active ] ;;
  inactive) [ "$active" != active ] ;;
esac`;

/**
 * Proves right before a change that this is the VG that was pinned, whole, with room, and that the LV is the drive's own.
 * $1 VG UUID, $2 its name, $3 extents that must be free, $4 LV or -, $5 any, closed or handed-out,
 * $6 the size it must have, or empty; then the devices.
 */
export const PROVE_SCRIPT = `${REFUSE_SCRIPT}${LOOK}
uuid=$1 wanted=$2 extents=$3 lv=$4 how=$5 expected=$6
shift 6
group "$@"
[ -n "$vg" ] || refuse vg-gone "$uuid"
[ "$vg" = "$wanted" ] || refuse vg-renamed "$vg"
[ "$missing" = 0 ] || refuse vg-partial "$missing"
case $attributes in w*) ;; *) refuse vg-read-only ;; esac
if [ "$extents" -gt 0 ]; then
  [ "$free" -ge "$extents" ] || refuse no-space "$free extents free, $extents needed"
  [ "$metadata" -ge 65536 ] || refuse no-metadata "$metadata bytes free"
fi
[ "$lv" != - ] || exit 0
volume "$@"
[ -n "$name" ] || refuse lv-gone "$lv"
tagged "spindle.drive=$lv" || refuse not-ours "$lv $tags"
[ -z "$expected" ] || [ "$size" = "$expected" ] || refuse other-size "$size bytes, not $expected"
[ "$how" != closed ] || [ "$open" != open ] || refuse in-use "$lv"
blank_from
[ "$how" != handed-out ] || [ -z "$from" ] || refuse not-blank "$lv"
exit 0`;

/**
 * Writes zeros from where the LV's tag says to its end, reads the edges of every piece back, and takes the tag off.
 * The LV is left active or not as it was. $1 VG, $2 LV; then the devices.
 */
export const ZERO_SCRIPT = `${LOOK}
set -e
group=$1 lv=$2
shift 2
uuid=$(vgs "$@" --noheadings -o vg_uuid -- "$group")
uuid=\${uuid##* }
volume "$@"
blank_from
[ -n "$from" ] || exit 0
[ "$active" = active ] || lvchange "$@" -ay -- "$group/$lv"
device=/dev/$group/$lv
mib=1048576 edge=65536 at=$from
end=$(blockdev --getsize64 "$device")
total=$(((end - from) / mib)) shown=0
while [ "$at" -lt "$end" ]; do
  piece=$((end - at))
  [ "$piece" -le $((256 * mib)) ] || piece=$((256 * mib))
  fallocate --zero-range --keep-size --offset "$at" --length "$piece" "$device"
  [ "$edge" -le "$piece" ] || edge=$piece
  cmp -n "$edge" -i "$at:0" -- "$device" /dev/zero
  cmp -n "$edge" -i "$((at + piece - edge)):0" -- "$device" /dev/zero
  at=$((at + piece))
  share=100
  [ "$end" = "$from" ] || share=$(((at - from) / mib * 100 / (total > 0 ? total : 1)))
  if [ "$share" -ge $((shown + 1)) ]; then shown=$share; echo "zeroed $(((at - from) / mib)) of $total MiB, $share %"; fi
done
lvchange "$@" --deltag "spindle.blank-from=$from" -- "$group/$lv"
[ "$active" = active ] || lvchange "$@" -an -- "$group/$lv"`;

/**
 * Proves that an LV may be taken back: the drive's own, not open, and either never handed out or nothing but zeros.
 * $1 VG UUID, $2 LV; then the devices.
 */
export const EMPTY_SCRIPT = `${REFUSE_SCRIPT}${LOOK}
uuid=$1 lv=$2
shift 2
group "$@"
[ -n "$vg" ] || refuse vg-gone "$uuid"
volume "$@"
[ -n "$name" ] || exit 0
tagged "spindle.drive=$lv" || refuse not-ours "$lv $tags"
[ "$open" != open ] || refuse in-use "$lv"
blank_from
[ "$from" != 0 ] || exit 0
[ "$active" = active ] || lvchange "$@" -ay -- "$vg/$lv"
cmp -n "$size" -- "/dev/$vg/$lv" /dev/zero || refuse not-empty "$lv"`;

/** Removes an LV where it is there. $1 VG, $2 LV; then the devices. */
export const TAKE_BACK_SCRIPT = `group=$1 lv=$2
shift 2
lvs "$@" --noheadings -o lv_name -- "$group/$lv" >/dev/null 2>&1 || exit 0
lvremove "$@" -y -- "$group/$lv"`;
