import { REFUSE_SCRIPT } from "../../drive-marks.ts";
import { MARKER_FILE } from "./identity.ts";

/** The image of a drive and what stands beside it, in the directory of drives. */
export const imageOf = (dir: string, id: string) => `${dir}/${id}.qcow2`;
export const besideOf = (dir: string, id: string) => `${dir}/${id}.json`;

/**
 * \`holders FILE\`: who has the file open on this node, one a line: processes by their links, loop devices, and locks of
 * QEMU whatever path it was opened by. Nothing here opens or waits for another file.
 */
const HOLDERS = `
holders() {
  real=$(readlink -f -- "$1")
  find /proc/[0-9]*/fd -maxdepth 1 -lname "$real" 2>/dev/null | cut -d / -f 3 | sort -u | while read -r pid; do
    read -r name 2>/dev/null <"/proc/$pid/comm" || name=
    echo "process $pid $name"
  done
  for backing in /sys/block/loop*/loop/backing_file; do
    [ -e "$backing" ] && read -r file <"$backing" && [ "$file" = "$real" ] && echo "loop device \${backing%/loop/backing_file}"
  done
  set -- $(stat -c '%d %i' -- "$1")
  device=$(printf '%02x:%02x:%s' $((($1 >> 8) & 4095)) $((($1 & 255) | (($1 >> 12) & 1048320))) "$2")
  while read -r _ kind _ _ _ place _; do
    [ "$kind" = OFDLCK ] && [ "$place" = "$device" ] && echo "lock $place"
  done </proc/locks
}
`;

/** `is_pinned DIRECTORY MARK`: whether this is the directory that was pinned. */
const PINNED = `
is_pinned() { [ "$(head -n 1 -- "$1/${MARKER_FILE}" 2>/dev/null)" = "$2" ]; }
`;

/** Virtual size of an image, by its head; the format is said, never guessed. */
const VIRTUAL = `
virtual() { qemu-img info -U -f qcow2 --output=json -- "$1" | tr -d ' ,' | sed -n 's/^"virtual-size"://p' | head -n 1; }
`;

/**
 * Proves right before a change that this is the directory that was pinned, and that the drive is its own.
 * $1 directory, $2 its mark, $3 drive, $4 absent, any, closed or removable, $5 panel, $6 storage, $7 bytes that must be free, $8 the
 * size it must have, or empty.
 */
export const PROVE_SCRIPT = `${REFUSE_SCRIPT}${HOLDERS}${VIRTUAL}${PINNED}
dir=$1 mark=$2 id=$3 how=$4 panel=$5 storage=$6 bytes=$7 expected=$8
image=$dir/$id.qcow2 beside=$dir/$id.json
is_pinned "$dir" "$mark" || refuse other-directory "$dir"
[ -w "$dir" ] || refuse read-only "$dir"
if [ "$bytes" -gt 0 ]; then
  set -- $(stat -f -c '%a %S' -- "$dir")
  [ $(($1 * $2)) -ge "$bytes" ] || refuse no-space "$(($1 * $2)) bytes free, $bytes needed"
fi
if [ -e "$beside" ] || [ -L "$beside" ] || [ "$how" != absent ]; then
  case $(head -n 1 -- "$beside" 2>/dev/null) in
    "{\\"panel\\":\\"$panel\\","*"\\"storage\\":\\"$storage\\",\\"drive\\":\\"$id\\","*) ;;
    *) refuse not-ours "$beside" ;;
  esac
fi
if [ "$how" = absent ]; then
  { [ ! -e "$image" ] && [ ! -L "$image" ]; } || refuse not-ours "$image"
  exit 0
fi
if [ "$how" = removable ] && [ ! -e "$image" ] && [ ! -L "$image" ]; then exit 0; fi
{ [ -f "$image" ] && [ ! -L "$image" ]; } || refuse image-gone "$image"
if [ -n "$expected" ]; then
  size=$(virtual "$image")
  [ "$size" = "$expected" ] || refuse other-size "$size bytes, not $expected"
fi
if [ "$how" != any ]; then
  held=$(holders "$image")
  [ -z "$held" ] || refuse in-use "$held"
fi
exit 0`;

/**
 * Whether the drive is as wanted; ends with 9 where the directory is not the pinned one.
 * $1 directory, $2 its mark, $3 drive, $4 what, $5 value.
 */
export const IS_SCRIPT = `${VIRTUAL}${PINNED}
dir=$1 mark=$2 id=$3 what=$4 value=$5
image=$dir/$id.qcow2 beside=$dir/$id.json
is_pinned "$dir" "$mark" || exit 9
case $what in
  gone) [ ! -e "$image" ] && [ ! -L "$image" ] && [ ! -e "$beside" ] ;;
  described) [ "$(cat -- "$beside" 2>/dev/null)" = "$value" ] ;;
  made) [ -f "$image" ] && [ -e "$beside" ] && [ "$(virtual "$image")" = "$value" ] ;;
  size) size=$(virtual "$image") && [ "$size" -ge "$value" ] ;;
esac`;

/** What scripts that died have left aside of the file $1; without a number it is an older release's. */
const leftAside = (file: string) => `"${file}.new" "${file}".[0-9]*.new`;

/**
 * \`$new\` is where the file $1 is made aside. The name is this run's own: two at once that wrote into one file would
 * both fail, or link the other's unfinished one. Who clears away the other's makes it fail, and goes on itself.
 */
const ASIDE = `set -eu
new=$1.$$.new
trap 'rm -f -- "$new"' EXIT
rm -f -- ${leftAside("$1")}`;

/**
 * Written aside, flushed, then moved into its place: half of it is never seen. Where an image is named that is deleted
 * meanwhile, the line goes as well: a deletion takes the image first, so one of the two always sees the other.
 * $1 file, $2 its line, $3 the image that stands there, or nothing.
 */
export const DESCRIBE_SCRIPT = `${REFUSE_SCRIPT}${ASIDE}
printf '%s\\n' "$2" >"$new"
chmod 0644 -- "$new"
sync -- "$new"
mv -T -- "$new" "$1"
[ -z "\${3-}" ] || [ -e "$3" ] || { rm -f -- "$1"; refuse image-gone "$3"; }`;

/**
 * Takes the file beside a drive away where it says this, and the image was never made; flushed, because a disk that is
 * lost just now would bring it back. $1 file, $2 its line, $3 image.
 */
export const UNDESCRIBE_SCRIPT = `rm -f -- ${leftAside("$1")}
[ ! -e "$3" ] || exit 1
[ "$(cat -- "$1" 2>/dev/null)" != "$2" ] || rm -- "$1" || exit 1
sync -f -- "\${1%/*}"`;

/** Made aside with QEMU's user as its owner, then linked into its place, which fails where anything is. $1 image, $2 bytes. */
export const CREATE_SCRIPT = `${ASIDE}
qemu-img create -q -f qcow2 -- "$new" "$2"
chmod 0660 -- "$new"
if id -u libvirt-qemu >/dev/null 2>&1; then chown libvirt-qemu:kvm -- "$new"; fi
sync -- "$new"
ln -T -- "$new" "$1"`;

/**
 * Proves that an image may be taken back: nothing was ever written to it, and nobody has it open. In another directory
 * than the pinned one it is not there either, which proves nothing. $1 image, $2 directory, $3 its mark.
 */
export const EMPTY_SCRIPT = `${REFUSE_SCRIPT}${HOLDERS}${PINNED}
is_pinned "$2" "$3" || refuse other-directory "$2"
rm -f -- ${leftAside("$1")}
[ -e "$1" ] || exit 0
held=$(holders "$1")
[ -z "$held" ] || refuse in-use "$held"
[ "$(qemu-img map -U -f qcow2 --output=human -- "$1" | wc -l)" -le 1 ] || refuse not-empty "$1"`;

/** Removes an image, then what stands beside it, and flushes. $1 image, $2 beside, $3 directory. */
export const REMOVE_SCRIPT = `set -eu
rm -f -- ${leftAside("$1")} "$1"
rm -f -- ${leftAside("$2")} "$2"
sync -f -- "$3"`;
