import { SECTION_SCRIPT } from "./sections.ts";

/**
 * Shell functions about whole disks, by their kernel names; they write nothing. `disk_used NAME` prints a line
 * `WORD rest` for each reason why the disk is not unused: no line, and it is. The cheap looks come first, and a disk
 * with a reason is never opened: one that hangs may be somebody's.
 */
export const DISK_SCRIPT = `
# One line, whatever a tool printed.
tell() { printf '%s\\n' "$(printf '%s' "$*" | tr '\\n' ' ')"; told=1; }

# Properties of the disk as udev has them: no device is opened.
disk_properties() {
  serial= wwn= model= found= table= path=
  properties=$(udevadm info --query=property --name="/dev/$1" 2>/dev/null)
  while IFS='=' read -r key value; do
    case $key in
      ID_SERIAL) serial=$value ;;
      ID_WWN) wwn=$value ;;
      ID_MODEL) model=$value ;;
      ID_FS_TYPE) found=$value ;;
      ID_PART_TABLE_TYPE) table=$value ;;
      DM_MULTIPATH_DEVICE_PATH) path=$value ;;
    esac
  done <<EOF
$properties
EOF
}

# Bytes; the kernel counts in 512 whatever the sectors are.
disk_size() {
  sectors=0
  [ ! -r "/sys/class/block/$1/size" ] || read -r sectors <"/sys/class/block/$1/size"
  echo $((sectors * 512))
}

disk_reached_by_network() {
  case $(readlink -f -- "/sys/class/block/$1") in */session[0-9]*/* | */rport-*) return 0 ;; esac
  for transport in "/sys/class/block/$1"/device/transport "/sys/class/block/$1"/device/nvme*/transport; do
    [ -r "$transport" ] || continue
    read -r word <"$transport"
    [ "$word" = pcie ] || return 0
  done
  return 1
}

disk_named_in_files() {
  while read -r what _; do
    case $what in /dev/*) [ "$(readlink -f -- "$what")" != "/dev/$1" ] || tell fstab "$what" ;; esac
  done </etc/fstab
  [ -r /etc/crypttab ] || return 0
  while read -r _ what _; do
    case $what in /dev/*) [ "$(readlink -f -- "$what")" != "/dev/$1" ] || tell crypttab "$what" ;; esac
  done </etc/crypttab
}

# Ends of both tools that say that nothing is there; any other end is a reason.
disk_signatures() {
  said=$(timeout -k 1 10 blkid -p -- "/dev/$1" 2>&1 </dev/null)
  code=$?
  case $code in
    2) ;;
    0 | 8) tell signature "\${said#*: }" ;;
    124 | 137) tell silent ;;
    *) tell unreadable "$said" ;;
  esac
  [ "$code" = 2 ] || return 0
  said=$(timeout -k 1 10 wipefs -n --noheadings -O TYPE,OFFSET -- "/dev/$1" 2>&1 </dev/null)
  code=$?
  case $code in
    0) [ -z "$said" ] || tell signature "$said" ;;
    124 | 137) tell silent ;;
    *) tell unreadable "$said" ;;
  esac
}

disk_used() {
  told= sys=/sys/class/block/$1
  [ "$(disk_size "$1")" -gt 0 ] || tell no-size
  word=
  read -r word <"$sys/ro"
  [ "$word" = 0 ] || tell read-only
  word=0
  [ ! -r "$sys/removable" ] || read -r word <"$sys/removable"
  [ "$word" = 0 ] || tell removable
  for holder in "$sys"/holders/*; do [ ! -e "$holder" ] || tell holder "\${holder##*/}"; done
  for part in "$sys/$1"*; do [ ! -e "$part/partition" ] || tell partition "\${part##*/}"; done
  read -r number <"$sys/dev"
  while read -r _ _ at _ target _; do [ "$at" != "$number" ] || tell mounted "$target"; done </proc/self/mountinfo
  while read -r what _; do [ "$what" != "/dev/$1" ] || tell swap; done </proc/swaps
  disk_named_in_files "$1"
  if disk_reached_by_network "$1"; then tell network; fi
  disk_properties "$1"
  [ -z "$found" ] || tell signature "$found"
  [ -z "$table" ] || tell table "$table"
  [ "$path" != 1 ] || tell multipath
  [ -n "$told" ] || disk_signatures "$1"
}
`;

/** Every whole disk of the node: what it is, its stable names, and why it is not unused. */
export const LIST_SCRIPT = `${SECTION_SCRIPT}${DISK_SCRIPT}
udevadm settle --timeout=10
for sys in /sys/class/block/*; do
  name=\${sys##*/}
  [ ! -e "$sys/partition" ] || continue
  case $name in dm-* | loop* | md* | ram* | zram* | sr* | fd* | nbd* | rbd* | zd*) continue ;; esac
  disk_properties "$name"
  section "disk:$name"
  echo "size $(disk_size "$name")"
  printf 'serial %s\\nwwn %s\\nmodel %s\\n' "$serial" "$wwn" "$model"
  for link in /dev/disk/by-id/*; do
    [ "$(readlink -f -- "$link")" != "/dev/$name" ] || echo "link \${link##*/}"
  done
  disk_used "$name" | while read -r line; do printf 'used %s\\n' "$line"; done
done
section end
`;
