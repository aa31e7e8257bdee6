/**
 * Shell functions about sessions, paths and multipath devices: builtins and sysfs alone. No device is opened, nothing here
 * can hang.
 */
export const SYSFS_SCRIPT = `
# The words of a file of one line, in $word; empty where it can't be read.
word_in() { word=; [ -r "$1" ] && read -r word <"$1"; }

# Sessions of target $1, one a line: session NUMBER STATE ADDRESS PORT HOST
iscsi_sessions() {
  for session in /sys/class/iscsi_session/session*; do
    [ -e "$session" ] || continue
    word_in "$session/targetname"
    [ "$word" = "$1" ] || continue
    number=\${session##*/session}
    word_in "$session/state"
    state=\${word:-UNKNOWN} address= port=
    for connection in "/sys/class/iscsi_connection/connection$number:"*; do
      word_in "$connection/persistent_address"
      address=$word
      word_in "$connection/persistent_port"
      port=$word
    done
    echo "session $number $state \${address:--} \${port:--}"
  done
}

# Calls $3 for each of several LUNs, until it fails. $1, $2 their WWIDs as multipath and as sysfs write them, with commas between
each_lun() {
  left=$1, kernels=$2,
  while [ -n "$left" ]; do
    "$3" "\${left%%,*}" "\${kernels%%,*}" || return
    left=\${left#*,} kernels=\${kernels#*,}
  done
}

# Disks of any session whose WWID is $1, as sysfs writes it, one a line: path NAME STATE SECTORS SESSION
iscsi_paths() {
  for wwid in /sys/class/block/sd*/device/wwid; do
    word_in "$wwid"
    [ "$word" = "$1" ] || continue
    disk=\${wwid%/device/wwid}
    place=$(readlink -f -- "$disk")
    case $place in */session[0-9]*/*) ;; *) continue ;; esac
    number=\${place##*/session}
    word_in "$disk/device/state"
    state=\${word:-unknown}
    word_in "$disk/size"
    echo "path \${disk##*/} $state \${word:-0} \${number%%/*}"
  done
}

# The multipath device of WWID $1, as multipath writes it: multipath NAME SUSPENDED SECTORS PATHS
multipath_map() {
  for uuid in /sys/class/block/dm-*/dm/uuid; do
    word_in "$uuid"
    [ "$word" = "mpath-$1" ] || continue
    map=\${uuid%/dm/uuid} paths=0
    for slave in "$map"/slaves/*; do [ ! -e "$slave" ] || paths=$((paths + 1)); done
    word_in "$map/dm/suspended"
    suspended=\${word:-0}
    word_in "$map/size"
    echo "multipath \${map##*/} $suspended \${word:-0} $paths"
  done
}
`;
