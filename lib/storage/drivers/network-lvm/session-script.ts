import { REFUSE_SCRIPT } from "../../drive-marks.ts";
import { SYSFS_SCRIPT } from "./sysfs-script.ts";

/** Shell function `logged_in TARGET ADDRESS PORT`: whether a session of that portal is up. */
const LOGGED_IN = `${SYSFS_SCRIPT}
logged_in() {
  iscsi_sessions "$1" | while read -r _ _ state address port; do
    [ "$state $address $port" != "LOGGED_IN $2 $3" ] || echo yes
  done | grep -q yes
}
`;

/** Whether every portal has its session. $1 target; then address and port of each. */
export const ALL_LOGGED_IN = `${LOGGED_IN}
target=$1
shift
while [ $# -gt 0 ]; do
  logged_in "$target" "$1" "$2" || exit 1
  shift 2
done`;

/**
 * Logs in at every portal; one that does not answer is said, and none is a failure. The node does the rest: its own service
 * logs in at each boot. $1 target; then address, port and portal of each.
 */
export const LOG_IN = `${LOGGED_IN}
target=$1 up=0
shift
while [ $# -gt 0 ]; do
  if logged_in "$target" "$1" "$2"; then
    up=$((up + 1))
  elif said=$(timeout -k 5 40 iscsiadm -m node -T "$target" -p "$3" --login 2>&1); then
    up=$((up + 1))
  else
    printf '%s\\n' "$said"
  fi
  shift 3
done
[ "$up" -gt 0 ] || exit 1
udevadm settle --timeout=30
echo "sessions $up"`;

/**
 * Proves that nothing of this node uses LUNs: no LV of them is mapped, nothing holds a device, nor a path of it beside
 * multipath. $1 WWIDs as multipath writes them, with commas between, $2 as sysfs does
 */
export const UNUSED_LUN = `${REFUSE_SCRIPT}${SYSFS_SCRIPT}
unused() {
  for holder in "/sys/class/block/$1/holders"/*; do
    [ -e "$holder" ] || continue
    word_in "$holder/dm/uuid"
    [ "$word" != "mpath-$wwid" ] || continue
    word_in "$holder/dm/name"
    refuse in-use "\${word:-\${holder##*/}}"
  done
  word_in "/sys/class/block/$1/dev"
  while read -r _ _ at _ place _; do [ "$at" != "$word" ] || refuse in-use "$place"; done </proc/self/mountinfo
}
unused_lun() {
  wwid=$1
  { multipath_map "$1"; iscsi_paths "$2"; } | while read -r _ name _; do unused "$name"; done
}
each_lun "$1" "$2" unused_lun`;

/**
 * Shell function `others SESSION WWIDS STATE`: a disk of the session that is not one of the LUNs' and is in use. What sysfs, mounts and
 * swap tell is asked of every one. Of a session that is up the kernel is asked as well, which lets nobody have a disk alone
 * that it uses itself, such as for a pool; the disk of one that is down is not opened. Programs are found by what they have open.
 */
const OTHERS = `
unused() {
  for part in "/sys/class/block/$1" "/sys/class/block/$1/$1"*; do
    [ -e "$part/dev" ] || continue
    for holder in "$part/holders"/*; do [ ! -e "$holder" ] || return 1; done
    word_in "$part/dev"
    while read -r _ _ at _; do [ "$at" != "$word" ] || return 1; done </proc/self/mountinfo
    while read -r what _; do [ "$what" != "/dev/\${part##*/}" ] || return 1; done </proc/swaps
  done
  if [ "$2" = LOGGED_IN ]; then
    timeout -k 1 10 perl -MFcntl -e 'sysopen(my $disk, $ARGV[0], O_RDONLY | O_EXCL) or exit 1' "/dev/$1" || return 1
  fi
  [ -z "$(find /proc/[0-9]*/fd '(' -lname "/dev/$1" -o -lname "/dev/$1[0-9]*" ')' -print -quit 2>/dev/null)" ]
}

others() {
  for disk in /sys/class/block/sd*; do
    # Partitions come with their disk.
    [ ! -e "$disk/partition" ] || continue
    case $(readlink -f -- "$disk") in */session"$1"/*) ;; *) continue ;; esac
    word_in "$disk/device/wwid"
    case ",$2," in *",$word,"*) continue ;; esac
    unused "\${disk##*/}" "$3" </dev/null || { echo "\${disk##*/}"; return; }
  done
}
`;

/**
 * Shell functions `flush WWID`, which ends a multipath device, and `forget_disks WWID`, as sysfs writes it, which takes its
 * disks off. Nothing of the LUN is mapped by then, so whoever still waits for a path only reads: that ends with an error, or
 * it would hold the device for as long as I/O is to wait for a target that is gone.
 */
const RELEASE = `${SYSFS_SCRIPT}
flush() {
  wwid=$1
  map=$(multipath_map "$wwid")
  [ -n "$map" ] || return 0
  map=\${map#* }
  map=\${map%% *}
  # It has the name that this node's settings give it.
  word_in "/sys/class/block/$map/dm/name"
  device=$word
  for holder in "/sys/class/block/$map/holders"/*; do
    [ ! -e "$holder" ] || { echo "$device is held by \${holder##*/}"; return 1; }
  done
  # multipathd would let it wait again; where multipathd itself does not answer, the kernel is told.
  timeout -k 5 20 multipathd disablequeueing map "$device" >/dev/null 2>&1
  timeout -k 5 20 dmsetup message "$device" 0 fail_if_no_path >/dev/null 2>&1
  for pause in 1 2 4 8 0; do
    said=$(timeout -k 5 20 multipath -f "$device" 2>&1)
    [ -n "$(multipath_map "$wwid")" ] || return 0
    sleep "$pause"
  done
  printf '%s\n' "$said"
  timeout -k 5 20 multipathd restorequeueing map "$device" >/dev/null 2>&1
  return 1
}

forget_disks() { iscsi_paths "$1" | while read -r _ name _; do echo 1 >"/sys/class/block/$name/device/delete"; done; }
`;

/** Lets one LUN go; its sessions stay. $1 WWID as multipath writes it, $2 as sysfs does */
export const DROP_LUN = `${RELEASE}
flush "$1" && forget_disks "$2"`;

/** Whether the node has nothing of the LUN. $1, $2 WWID as multipath and as sysfs write it */
export const NO_LUN = `${SYSFS_SCRIPT}
[ -z "$(multipath_map "$1")$(iscsi_paths "$2")" ]`;

/** Shell function `at_portals PORTAL…`: numbers of the target's sessions there. */
const AT_PORTALS = `
at_portals() {
  iscsi_sessions "$target" | while read -r _ number _ address port; do
    case $address in *:*) at="[$address]:$port" ;; *) at=$address:$port ;; esac
    for portal; do [ "$portal" != "$at" ] || echo "$number"; done
  done
}
`;

/** What the script takes at the most: eight portals, each asked once by its address and once by its session's number. */
export const LOG_OUT_MS = 900_000;

/**
 * Lets LUNs go: their multipath devices, then the sessions, unless another disk of them is in use: that is another LUN's.
 * What counts is that the sessions are gone, whatever was said: of a portal that is gone one takes its time to end, and one
 * without a record ends by its number alone. $1 target, $2 WWIDs as multipath writes them, with commas between, $3 as sysfs does; then
 * the portals.
 */
export const LOG_OUT = `${RELEASE}${OTHERS}${AT_PORTALS}
forget_lun() { forget_disks "$2"; }
target=$1 luns=$2 names=$3
each_lun "$luns" "$names" flush || exit 1
shift 3
stays=$(iscsi_sessions "$target" | while read -r _ number state _; do
  used=$(others "$number" "$names" "$state")
  [ -z "$used" ] || echo "session $number stays: $used is another LUN's"
done)
if [ -n "$stays" ]; then
  printf '%s\n' "$stays"
  # Its own disks go; the sessions are the other LUN's.
  each_lun "$luns" "$names" forget_lun
  exit 0
fi
said=
for portal; do
  said="$said$(timeout -k 5 30 iscsiadm -m node -T "$target" -p "$portal" --logout 2>&1)
"
done
for number in $(at_portals "$@"); do
  said="$said$(timeout -k 5 30 iscsiadm -m session -r "$number" --logout 2>&1)
"
done
for pause in 1 2 4 8 15 0; do
  [ -n "$(at_portals "$@")" ] || exit 0
  sleep "$pause"
done
printf '%s' "$said"
exit 1`;

/**
 * Whether the node has no session to the target, and no device of its LUNs. $1 target, $2, $3 WWIDs as multipath and as sysfs
 * write them, with commas between
 */
export const NO_SESSION = `${SYSFS_SCRIPT}
no_device() { [ -z "$(multipath_map "$1")$(iscsi_paths "$2")" ]; }
[ -z "$(iscsi_sessions "$1")" ] && each_lun "$2" "$3" no_device`;
