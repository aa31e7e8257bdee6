import { DISK_SCRIPT } from "../../disk-script.ts";
import { REFUSE_SCRIPT } from "../../drive-marks.ts";
import { SYSFS_SCRIPT } from "./sysfs-script.ts";

/**
 * Shell function `lun WWID KERNEL SIZE`: refuses unless multipath has the LUN, whole and of that size, on a path that is up;
 * sets $device.
 */
export const LUN = `${REFUSE_SCRIPT}${SYSFS_SCRIPT}
lun() {
  device=/dev/disk/by-id/dm-uuid-mpath-$1
  paths=$(iscsi_paths "$2")
  [ -n "$paths" ] || refuse lun-gone "$2"
  map=$(multipath_map "$1")
  [ -n "$map" ] && [ -b "$device" ] || refuse no-multipath "$paths"
  [ "$(printf '%s\\n' "$paths" | grep -c ' running ')" -gt 0 ] || refuse lun-gone "$paths"
  set -- $1 $2 $3 $map
  [ "$6" = 0 ] || refuse lun-suspended "$5"
  [ $(($7 * 512)) = "$3" ] || refuse other-size "$(($7 * 512)) bytes, not $3"
}
`;

/**
 * Waits until multipath has the LUN on a path that is up, and says on which. $1 WWID as multipath writes it, $2 as sysfs
 * does, $3 bytes, $4 seconds
 */
export const WAIT_FOR_LUN = `${LUN}
clock() { read -r now _ </proc/uptime; now=\${now%.*}; }
clock
last=$((now + $4))
until (lun "$1" "$2" "$3") >/dev/null || [ "$now" -ge "$last" ]; do
  udevadm settle --timeout=5
  sleep 1
  clock
done
lun "$1" "$2" "$3"
printf '%s\\n%s\\n' "$paths" "$map"`;

/**
 * Proves right before a PV is made that this is the LUN that was looked at, and that it holds nothing: no signature that any
 * tool of the node knows, zeros in the first and the last MiB, nothing that holds it. $1 WWID as multipath writes it, $2 as
 * sysfs does, $3 bytes
 */
export const PROVE_BLANK = `${LUN}${DISK_SCRIPT}
lun "$1" "$2" "$3"
size=$3
kernel=$(readlink -f -- "$device")
name=\${kernel##*/}
for holder in "/sys/class/block/$name/holders"/*; do [ ! -e "$holder" ] || refuse lun-used "\${holder##*/}"; done
told=
said=$(disk_signatures "$name")
[ -z "$said" ] || refuse lun-used "$said"
mib=1048576
last=$(((size - mib) / 4096 * 4096))
zeros() { dd if="$device" bs=1M iflag=direct,skip_bytes,count_bytes skip="$1" count="$2" status=none | cmp -s -n "$2" - /dev/zero; }
zeros 0 "$mib" || refuse lun-used "data in its first MiB"
zeros "$last" $((size - last)) || refuse lun-used "data in its last MiB"
exit 0`;
