import type { Check, Command, NodeStep } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import type { HostContext } from "./contract.ts";

/** The panel's way in to a node: its line in authorized_keys of the account it signs in to. */

const INSTALL_KEY = `set -eu
umask 077
home=$(getent passwd "$1" | cut -d: -f6)
group=$(id -g -- "$1")
dir=$home/.ssh
[ -d "$dir" ] || install -d -m 0700 -o "$1" -g "$group" -- "$dir"
file=$(readlink -f -- "$dir/authorized_keys")
new=$file.spindle
rm -f -- "$new"
if [ -e "$file" ]; then
  cp -p -- "$file" "$new"
  [ ! -s "$new" ] || [ -z "$(tail -c 1 -- "$new")" ] || echo >>"$new"
else
  install -m 0600 -o "$1" -g "$group" /dev/null "$new"
fi
printf '%s\\n' "$2" >>"$new"
sync -- "$new"
mv -f -T -- "$new" "$file"`;

/** Takes exactly our line out; what was not there before us goes when it is empty. $3: file, dir, newline as found before. */
const REMOVE_KEY = `set -eu
umask 077
home=$(getent passwd "$1" | cut -d: -f6)
dir=$home/.ssh
file=$(readlink -f -- "$dir/authorized_keys")
new=$file.spindle
rm -f -- "$new"
if [ -e "$file" ]; then
  cp -p -- "$file" "$new"
  grep -vxF -e "$2" -- "$file" >"$new" || [ "$?" = 1 ]
  case $3 in *no-newline*) [ ! -s "$new" ] || truncate -s -1 -- "$new" ;; esac
  sync -- "$new"
  mv -f -T -- "$new" "$file"
  case $3 in *no-file*) [ -s "$file" ] || rm -- "$file" ;; esac
fi
case $3 in *no-dir*) [ ! -d "$dir" ] || rmdir --ignore-fail-on-non-empty -- "$dir" ;; esac`;

/**
 * Takes out every line of this node's: those that hold the key $4 (its base64 part) and those marked $3, whoever put
 * them there, but never the line $2.
 */
const DROP_KEYS = `set -eu
umask 077
file=$(readlink -f -- "$(getent passwd "$1" | cut -d: -f6)/.ssh/authorized_keys")
new=$file.spindle
rm -f -- "$new"
[ -e "$file" ] || exit 0
cp -p -- "$file" "$new"
awk -v keep="$2" -v mark="$3" -v body="$4" '$0 == keep || !(index($0, body) || $NF == mark)' "$file" >"$new"
sync -- "$new"
mv -f -T -- "$new" "$file"`;

/** Whether only $2 of this node's lines is there, or, where $2 is empty, none. */
const ONLY_KEPT = `file=$(readlink -f -- "$(getent passwd "$1" | cut -d: -f6)/.ssh/authorized_keys")
awk -v keep="$2" -v mark="$3" -v body="$4" '
  $0 == keep { kept = 1; next }
  index($0, body) || $NF == mark { other = 1 }
  END { exit other || (keep != "" && !kept) }' "$file"`;

const HAS_LINE =
  'file=$(readlink -f -- "$(getent passwd "$1" | cut -d: -f6)/.ssh/authorized_keys"); grep -qxF -e "$2" -- "$file"';

/** What of the account's files was there before the panel's line. */
interface AccountBefore {
  sshDir: boolean;
  keysFile: boolean;
  endsWithNewline: boolean;
}

/** What was not there before the key: words for the script that takes it out. */
function before(account: AccountBefore): string {
  const words = [
    account.sshDir ? "" : "no-dir",
    account.keysFile ? "" : "no-file",
    account.keysFile && !account.endsWithNewline ? "no-newline" : "",
  ];
  return words.filter((word) => word !== "").join(" ") || "all-there";
}

/** Lets the panel in: the first step of a join. */
export function keyStep(target: string, { user, keyLine, nodeId }: HostContext, account: AccountBefore): NodeStep {
  return {
    kind: "node",
    id: "key",
    target,
    title: text("join.step.key", { user }),
    command: { argv: ["sh", "-c", INSTALL_KEY, "spindle", user, keyLine] },
    alreadyDone: { command: { argv: ["sh", "-c", HAS_LINE, "spindle", user, keyLine] } },
    access: true,
    undo: {
      title: text("join.step.remove-key", { mark: `spindle:${nodeId}` }),
      command: { argv: ["sh", "-c", REMOVE_KEY, "spindle", user, keyLine, before(account)] },
    },
  };
}

/** Whose line it is, and the key in it: `publicKey` is `ssh-ed25519 AAAA…`. */
export interface OwnLine {
  user: string;
  nodeId: string;
  publicKey: string;
}

const markOf = (nodeId: string) => `spindle:${nodeId}`;

function dropCommands({ user, nodeId, publicKey }: OwnLine, keep: string): { command: Command; done: Check } {
  const values = ["spindle", user, keep, markOf(nodeId), publicKey.split(" ")[1] ?? ""];
  return {
    command: { argv: ["sh", "-c", DROP_KEYS, ...values] },
    done: { command: { argv: ["sh", "-c", ONLY_KEPT, ...values] } },
  };
}

/** Takes the panel's way in away: the last step of a removal. */
export function exitStep(target: string, line: OwnLine): NodeStep {
  const { command, done } = dropCommands(line, "");
  return {
    kind: "node",
    id: "exit",
    target,
    title: text("node.step.exit", { user: line.user, mark: markOf(line.nodeId) }),
    command,
    alreadyDone: done,
    exit: true,
    undo: { none: text("node.step.exit-none") },
  };
}

/** Puts a second line beside the one that is there, and proves its key as the target `proves`. */
export function addLineStep(target: string, user: string, keyLine: string, proves: string): NodeStep {
  const values = ["spindle", user, keyLine];
  return {
    kind: "node",
    id: "add-key",
    target,
    title: text("node.step.add-key", { user }),
    command: { argv: ["sh", "-c", INSTALL_KEY, ...values] },
    alreadyDone: { command: { argv: ["sh", "-c", HAS_LINE, ...values] } },
    proves,
    undo: {
      title: text("node.step.take-key", { user }),
      command: { argv: ["sh", "-c", REMOVE_KEY, ...values, "all-there"] },
    },
  };
}

/** Takes out every line of this node's but one: older keys, and whatever an accident left. */
export function dropOldLinesStep(target: string, old: OwnLine, keyLine: string): NodeStep {
  const { command, done } = dropCommands(old, keyLine);
  return {
    kind: "node",
    id: "drop-keys",
    target,
    title: text("node.step.drop-keys", { user: old.user, mark: markOf(old.nodeId) }),
    command,
    alreadyDone: done,
    undo: { none: text("node.step.drop-keys-none") },
  };
}
