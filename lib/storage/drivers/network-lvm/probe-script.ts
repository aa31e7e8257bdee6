import { SYSFS_SCRIPT } from "./sysfs-script.ts";

/**
 * The Network LVM storage's part of the probe, in front of the group's own (`check_lvm`): sessions, paths and the multipath
 * device by sysfs alone. LVM is asked only where a path is up: what waits for a target that is gone can't be killed.
 */
export const NETWORK_LVM_SCRIPT = `${SYSFS_SCRIPT}
# Sessions of targets $1, with commas between, in their states, then what is watched of the group.
watch_network_lvm() {
  states=
  for session in /sys/class/iscsi_session/session*; do
    word_in "$session/targetname"
    case ",$1," in *",$word,"*) ;; *) continue ;; esac
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

# On which sectors of which LUN the group's maps lie, one line a piece: seg NAME WWID FROM SECTORS. $1 VG UUID without dashes
map_pieces() {
  [ -s "$own.maps" ] || return 0
  names=' '
  while read -r uuid name _; do
    case $uuid in "LVM-$1"*) names="$names$name " ;; esac
  done <"$own.maps"
  [ "$names" != ' ' ] || return 0
  dmsetup table --target linear 2>/dev/null >"$own.tables" || return 0
  while read -r name _ sectors _ device from _; do
    name=\${name%:}
    case $names in *" $name "*) ;; *) continue ;; esac
    map=/sys/class/block/dm-\${device#*:}
    word_in "$map/dev"
    [ "$word" = "$device" ] || continue
    word_in "$map/dm/uuid"
    case $word in mpath-*) echo "seg $name \${word#mpath-} $from $sectors" ;; esac
  done <"$own.tables"
}

# Sessions of targets $1, with commas between, each target's behind a line of its own: target NAME
target_sessions() {
  targets=$1,
  while [ -n "$targets" ]; do
    echo "target \${targets%%,*}"
    iscsi_sessions "\${targets%%,*}"
    targets=\${targets#*,}
  done
}

# The way to one LUN, into $all_up whether it is reached. $1, $2 its WWID as multipath and as sysfs write it
glance_lun() {
  paths=$(iscsi_paths "$2") device=$(multipath_map "$1")
  printf '%s\\n' "lun $1" "$paths" "$device"
  path_up "$sessions" "$paths" || all_up=
  case $device in *' '*' 0 '*) ;; *) all_up= ;; esac
}

# The way to the LUNs; 6 where one of them is not reached. $1 targets, $2 WWIDs as multipath writes them, $3 as sysfs does,
# each with commas between
glance_network_lvm() {
  sessions=$(target_sessions "$1") all_up=1
  printf '%s\\n' "$sessions"
  each_lun "$2" "$3" glance_lun
  [ -n "$all_up" ] || return 6
}

# As above; then what check_lvm takes
check_network_lvm() {
  glance_network_lvm "$@" || return 6
  shift 3
  check_lvm "$@"
  code=$?
  case $code in 0 | 1) map_pieces "$4" ;; esac
  return "$code"
}
`;
