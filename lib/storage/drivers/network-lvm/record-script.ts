import { SYSFS_SCRIPT } from "./sysfs-script.ts";

/**
 * Shell function `record_file TARGET ADDRESS PORT`: the record of a portal, in $file; 1 without one. `aside` is where it is
 * written, `note` where it stands whose it is from before open-iscsi makes it until it says so itself.
 */
const RECORD_FILE = `
aside() { echo "\${1%%/nodes/*}/.spindle-$2-$3-$4"; }

note() { echo "/etc/iscsi/.spindle-made-$1-$2-$3"; }

record_file() {
  for root in /etc/iscsi/nodes /var/lib/iscsi/nodes; do
    # With and without the portal group, as open-iscsi names them.
    for file in "$root/$1/$2,$3" "$root/$1/$2,$3,"*/default; do [ ! -f "$file" ] || return 0; done
  done
  file=
  return 1
}
`;

/**
 * Makes the record of one portal, and writes what a login needs straight into its file, readable by root alone: no secret
 * is ever an argument. The secrets are the first two lines of standard input. $1 target, $2 address, $3 port, $4 portal as
 * iscsiadm takes it, $5 mark, $6 CHAP user, $7 the user that the target shows; then settings `name = value`.
 */
export const WRITE_RECORD = `set -eu
${RECORD_FILE}
target=$1 address=$2 port=$3 portal=$4 mark=$5 user=$6 reverse=$7
shift 7
secret= reverse_secret=
[ -z "$user" ] || IFS= read -r secret
[ -z "$reverse" ] || IFS= read -r reverse_secret
umask 077
note=$(note "$target" "$address" "$port")
record_file "$target" "$address" "$port" || {
  printf '%s\\n' "$mark" >"$note"
  sync -- "$note"
  iscsiadm -m node -T "$target" -p "$portal" -o new
}
record_file "$target" "$address" "$port"
# Of this record alone: another storage's may be written at the same time.
new=$(aside "$file" "$target" "$address" "$port")
own() {
  echo "$mark"
  for setting; do printf '%s\\n' "$setting"; done
  [ -n "$user" ] || { echo 'node.session.auth.authmethod = None'; return 0; }
  echo 'node.session.auth.authmethod = CHAP'
  printf 'node.session.auth.username = %s\\nnode.session.auth.password = %s\\n' "$user" "$secret"
  [ -z "$reverse" ] || printf 'node.session.auth.username_in = %s\\nnode.session.auth.password_in = %s\\n' "$reverse" "$reverse_secret"
}
names=
for setting; do names="$names \${setting%% =*}"; done
done=
{
  while IFS= read -r line; do
    case $line in
      '# END RECORD'*) own "$@"; done=1 ;;
      '# spindle'* | node.session.auth.authmethod* | node.session.auth.username* | node.session.auth.password*) continue ;;
    esac
    case "$names " in *" \${line%% =*} "*) continue ;; esac
    printf '%s\\n' "$line"
  done <"$file"
  [ -n "$done" ] || own "$@"
} >"$new"
chmod 0600 -- "$new"
sync -- "$new"
mv -- "$new" "$file"
rm -f -- "$note"`;

/** Whether the record is there with this mark, for root alone. $1 target, $2 address, $3 port, $4 mark */
export const IS_RECORDED = `${RECORD_FILE}
record_file "$1" "$2" "$3" && [ "$(stat -c %a -- "$file")" = 600 ] && grep -qxF -- "$4" "$file"`;

/**
 * Shell function `own_record`: the record of a portal that carries the panel's mark or is noted with it, in $file, and that
 * no other storage of the panel needs on the node, nor a session that stays for another LUN; 1 where there is none, and what
 * there is instead is said. $1 target, $2 address, $3 port, $4 portal, $5 how the panel's marks begin, $6 where storages are
 * noted, $7 this one
 */
const OWN_RECORD = `${SYSFS_SCRIPT}${RECORD_FILE}
own_record() {
  record_file "$1" "$2" "$3" || return 1
  grep -qsF -- "$5" "$file" "$(note "$1" "$2" "$3")" || { echo "not the panel's: $file"; return 1; }
  for mark in "$6"/*; do
    [ -f "$mark" ] && [ "\${mark##*/}" != "$7" ] || continue
    ! grep -qxF "target $1" "$mark" || { echo "another storage's as well: $mark"; return 1; }
  done
  while read -r _ number _ address at _; do
    [ "$address $at" != "$2 $3" ] || { echo "session $number uses it"; return 1; }
  done <<EOF
$(iscsi_sessions "$1")
EOF
}
`;

/** Whether there is one. */
export const HAS_OWN_RECORD = `${OWN_RECORD}own_record "$@"`;

/** Deletes it. */
export const DELETE_RECORD = `${OWN_RECORD}
note=$(note "$1" "$2" "$3")
own_record "$@" || {
  # Of a record that is there the note may be all that says whose it is.
  [ -n "$file" ] || rm -f -- "$note"
  exit 0
}
rm -f -- "$(aside "$file" "$1" "$2" "$3")"
iscsiadm -m node -T "$1" -p "$4" -o delete
code=$?
[ "$code" != 0 ] || rm -f -- "$note"
exit "$code"`;
