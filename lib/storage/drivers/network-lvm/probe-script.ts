import { SYSFS_SCRIPT } from "./sysfs-script.ts";

/**
 * The Network LVM storage's part of the probe, in front of the group's own (`check_lvm`): sessions, paths and the multipath
 * device by sysfs alone. LVM is asked only where a path is up: what waits for a target that is gone can't be killed.
 */
export const NETWORK_LVM_SCRIPT = `${SYSFS_SCRIPT}
# Sessions of target $1 in their states, then what is watched of the group.
watch_network_lvm() {
  states=
  for session in /sys/class/iscsi_session/session*; do
    word_in "$session/targetname"
    [ "$word" = "$1" ] || continue
    word_in "$session/state"
    states=$states$word,
  done
  shift 3
  watch_lvm "$@"
  seen=$seen$states
}

# Whether a path of these is up: running, on a session that is logged in. $1 sessions, $2 paths
path_up() {
  while read -r _ _ state _ number; do
    [ "$state" = running ] || continue
    case "$1" in *"session $number LOGGED_IN "*) return 0 ;; esac
  done <<EOF
$2
EOF
  return 1
}

# $1 target, $2 WWID as multipath writes it, $3 as sysfs does; then what check_lvm takes
check_network_lvm() {
  sessions=$(iscsi_sessions "$1") paths=$(iscsi_paths "$3") device=$(multipath_map "$2")
  printf '%s\\n' "$sessions" "$paths" "$device"
  path_up "$sessions" "$paths" || return 6
  case $device in *' '*' 0 '*) ;; *) return 6 ;; esac
  shift 3
  check_lvm "$@"
}
`;
