import { LUN } from "./lun-script.ts";
import { SYSFS_SCRIPT } from "./sysfs-script.ts";

/**
 * Makes the sessions of a target show LUNs that were mapped since they began, and multipath take one of them: its disks may
 * have been there before multipath was told that they are its own. $1 target, $2 WWID as multipath writes it, $3 as sysfs does
 */
export const SCAN_LUN = `${SYSFS_SCRIPT}
for session in /sys/class/iscsi_session/session*; do
  word_in "$session/targetname"
  [ "$word" = "$1" ] || continue
  word_in "$session/state"
  [ "$word" = LOGGED_IN ] || continue
  host=$(readlink -f -- "$session")
  host=\${host%%/session[0-9]*}
  host=/sys/class/scsi_host/\${host##*/}/scan
  [ ! -e "$host" ] || echo '- - -' >"$host" || exit 1
done
udevadm settle --timeout=30
iscsi_paths "$3" | while read -r _ name _; do echo 1 >"/sys/class/block/$name/device/rescan"; done
[ -n "$(multipath_map "$2")" ] || timeout -k 5 60 multipathd reconfigure`;

/** Whether the LUN is there behind multipath, whole and of that size. $1 WWID as multipath writes it, $2 as sysfs does, $3 bytes */
export const HAS_LUN = `${LUN}
lun "$1" "$2" "$3"`;

/**
 * A LUN that has grown on the array is asked for its size anew on every path, then multipath's device is made as large. Every
 * path must be up and show that size: one that comes back with another would be left out by multipath. $1 WWID as multipath
 * writes it, $2 as sysfs does, $3 bytes
 */
export const RESCAN_LUN = `${LUN}
paths=$(iscsi_paths "$2")
[ -n "$paths" ] || refuse lun-gone "$2"
while read -r _ name state _; do
  [ "$state" = running ] || refuse path-down "$name $state"
  echo 1 >"/sys/class/block/$name/device/rescan" || refuse path-down "$name"
done <<EOF
$paths
EOF
udevadm settle --timeout=30
while read -r _ name _ sectors _; do
  [ $((sectors * 512)) = "$3" ] || refuse other-size "$name: $((sectors * 512)) bytes, not $3"
done <<EOF
$(iscsi_paths "$2")
EOF
map=$(multipath_map "$1")
[ -n "$map" ] || refuse no-multipath "$paths"
map=\${map#* }
map=\${map%% *}
word_in "/sys/class/block/$map/size"
if [ $((word * 512)) != "$3" ]; then
  word_in "/sys/class/block/$map/dm/name"
  timeout -k 5 60 multipathd resize map "$word"
fi
lun "$1" "$2" "$3"`;
