import type { Check, Command, NodeStep } from "../domain/plan.ts";
import type { Text } from "../domain/text.ts";

/**
 * A file of the panel's own, with exactly this text: what the system's own files would have to say otherwise. Written aside
 * and linked into its place: the link fails when anything of that name is there, so nobody else's is overwritten.
 * $1 path, $2 text, $3 mode.
 */
const WRITE = `set -eu
[ "$(cat -- "$1" 2>/dev/null)" != "$2" ] || exit 0
mkdir -p -- "\${1%/*}"
rm -f -- "$1.new"
(umask 077; printf '%s\\n' "$2" >"$1.new")
chmod "$3" -- "$1.new"
sync -- "$1.new"
ln -T -- "$1.new" "$1"
rm -f -- "$1.new"`;

/** Removes it where it is ours, word for word, and its directory where that was made for it and is empty. $1 path, $2 text, $3 directory or empty. */
const REMOVE = `rm -f -- "$1.new"
[ "$(cat -- "$1" 2>/dev/null)" != "$2" ] || rm -- "$1" || exit 1
[ -z "$3" ] || [ ! -d "$3" ] || rmdir --ignore-fail-on-non-empty -- "$3"`;

/**
 * Writes another text over it where it is ours, word for word; refuses where it is neither the one nor the other. $1 path,
 * $2 the text that it has, $3 the new one, $4 mode
 */
const REPLACE = `set -eu
now=$(cat -- "$1" 2>/dev/null) || now=
[ "$now" != "$3" ] || exit 0
[ "$now" = "$2" ] || { printf '%s\\n' "$now"; exit 1; }
rm -f -- "$1.new"
(umask 077; printf '%s\\n' "$3" >"$1.new")
chmod "$4" -- "$1.new"
sync -- "$1.new"
mv -T -- "$1.new" "$1"`;

const IS_THERE = `[ "$(cat -- "$1" 2>/dev/null)" = "$2" ]`;

export interface OwnFile {
  path: string;
  text: string;
  /** Octal. */
  mode: "0644" | "0600";
  /** Only for files like this one: it goes with the last of them. */
  isOwnDir: boolean;
}

const writeCommand = ({ path, text, mode }: OwnFile): Command => ({
  argv: ["sh", "-c", WRITE, "spindle", path, text, mode],
});

function removeCommand({ path, text, isOwnDir }: OwnFile): Command {
  const directory = isOwnDir ? path.slice(0, path.lastIndexOf("/")) : "";
  return { argv: ["sh", "-c", REMOVE, "spindle", path, text, directory] };
}

const isThere = ({ path, text }: OwnFile): Check => ({
  command: { argv: ["sh", "-c", IS_THERE, "spindle", path, text] },
});

type Named = Pick<NodeStep, "id" | "target" | "title"> & { undoTitle: Text };

/** The step that writes the file. */
export function writeFileStep({ undoTitle, ...named }: Named, file: OwnFile): NodeStep {
  return {
    kind: "node",
    ...named,
    command: writeCommand(file),
    alreadyDone: isThere(file),
    undo: { title: undoTitle, command: removeCommand(file) },
  };
}

/** The step that takes it away again. */
export function removeFileStep({ undoTitle, ...named }: Named, file: OwnFile): NodeStep {
  return {
    kind: "node",
    ...named,
    command: removeCommand(file),
    alreadyDone: { ...isThere(file), code: 1 },
    undo: { title: undoTitle, command: writeCommand(file) },
  };
}

/** The step that gives the file another text. */
export function replaceFileStep({ undoTitle, ...named }: Named, from: OwnFile, to: OwnFile): NodeStep {
  const command = (one: OwnFile, other: OwnFile): Command => ({
    argv: ["sh", "-c", REPLACE, "spindle", to.path, one.text, other.text, to.mode],
  });
  return {
    kind: "node",
    ...named,
    command: command(from, to),
    alreadyDone: isThere(to),
    undo: { title: undoTitle, command: command(to, from) },
  };
}
