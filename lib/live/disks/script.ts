import type { ProbeFragment } from "../../storage/contract.ts";

/** The disks' check among the storages' in the probe; no storage has an id of this shape. */
export const DISKS_ID = "disks";

const COLUMNS = "NAME,KNAME,TYPE,SIZE,ROTA,MODEL,SERIAL,TRAN,FSTYPE,MOUNTPOINTS";

/**
 * Parts begin with a line `@ …`, which no line of the tools' JSON does. lsblk asks the kernel and udev, never the disk;
 * smartctl asks the disk, each under a deadline of its own, and wakes none that sleeps. Disks that another machine serves
 * are not asked: they have no SMART of their own, and a dead one would take the others' time.
 */
const SCRIPT = `
watch_disks() {
  set -- /sys/block/[hsv]d* /sys/block/nvme*
  seen=$*
}

check_disks() {
  echo "@ lsblk"
  timeout -k 1 15 lsblk -J -b -o ${COLUMNS} || return 1
  echo "@ ids"
  find /dev/disk/by-id -maxdepth 1 -type l -printf '%f %l\\n' 2>/dev/null
  command -v smartctl >/dev/null 2>&1 || { echo "@ no-smartctl"; return 0; }
  lsblk -d -n -r -o KNAME,TYPE,TRAN | while read -r name type tran; do
    [ "$type" = disk ] || continue
    case $name in zram* | loop* | rbd* | nbd* | zd* | drbd* | md* | fd*) continue ;; esac
    case $tran in iscsi | fc | fcoe) continue ;; esac
    echo "@ smart $name"
    timeout -k 1 15 smartctl --json -n standby -i -H -A "/dev/$name"
  done
  return 0
}
`;

/** Read on connecting, when a disk comes or goes, when asked for, and else a few times an hour: SMART changes slowly. */
export const DISKS_FRAGMENT: ProbeFragment = { script: SCRIPT, args: [], everySeconds: 900, deadlineSeconds: 120 };
