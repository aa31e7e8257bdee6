import { REFUSE_SCRIPT } from "../../drive-marks.ts";

/**
 * Shell function `maps_of VG_UUID NAME…`: the kernel's maps of the VG by these names of theirs, as `name open` lines; all of
 * the VG's where no name is given. The kernel alone is asked: what the metadata says of another node's maps is not what they
 * are. That it could not be asked is an end with 9, never an empty list.
 */
const MAPS = `
maps_of() {
  group=LVM-$1
  shift
  # Without the device mapper nothing can be mapped.
  [ -d /sys/module/dm_mod ] || return 0
  all=$(dmsetup info -c --noheadings --separator ' ' -o uuid,name,open) || exit 9
  while read -r uuid name open; do
    case $uuid in "$group"*) ;; *) continue ;; esac
    [ $# -gt 0 ] || echo "$name $open"
    for wanted; do [ "$wanted" != "$name" ] || echo "$name $open"; done
  done <<EOF
$all
EOF
}

found=$(maps_of "$@") || exit 9
`;

/** Proves that the node has no map of these names. $1 VG UUID without dashes; then the names. */
export const PROVE_NO_MAP = `${REFUSE_SCRIPT}${MAPS}
[ -z "$found" ] || refuse elsewhere "$found"`;

/** Whether that is so. */
export const NO_MAP = `${MAPS}
[ -z "$found" ]`;

/**
 * Takes maps of these names off the node; all of the VG's where no name is given. Refuses while one is open. What counts is
 * that they are gone: dmsetup waits for udev as well, which can be stuck with a disk that is gone. $1 VG UUID without dashes;
 * then the names.
 */
export const DROP_MAPS = `${REFUSE_SCRIPT}${MAPS}
[ -n "$found" ] || exit 0
while read -r name open; do [ "$open" = 0 ] || refuse in-use "$name"; done <<EOF
$found
EOF
while read -r name _; do timeout -k 5 10 dmsetup remove --retry -- "$name" </dev/null; done <<EOF
$found
EOF
found=$(maps_of "$@") && [ -z "$found" ]`;
