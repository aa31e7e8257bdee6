import type { ProbeFragment } from "../../storage/contract.ts";
import { quote } from "../../ssh/quote.ts";
import { EPOCH_SCRIPT, NODE_DIR } from "../../plans/epoch-script.ts";
import { CHECK_SCRIPT, MAIN_SCRIPT } from "./main-script.ts";

/** One storage in a node's probe. */
export interface ProbeStorage {
  storageId: string;
  kind: string;
  fragment: ProbeFragment;
}

/**
 * What a probe's text is made of. The text is built when a probe starts and forgotten then: those of a thousand nodes
 * would be most of what the panel keeps in memory.
 */
export interface ProbeParts {
  panelId: string;
  epoch: number;
  storages: readonly ProbeStorage[];
}

/** Ids become parts of variable and file names in the script. */
const ID = /^[a-z0-9_]{1,60}$/;

const END = "SPINDLE_CHECK_END";

/** One line of the shell: a function's name and quoted values. */
function call(name: string, args: readonly string[]): string {
  for (const arg of args) {
    // A line feed could end the here-document that the check is written by.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
    if (/[\u0000-\u001f\u007f]/.test(arg))
      throw new Error(`A probe's value holds a control character: ${JSON.stringify(arg)}`);
  }
  return [name, ...args.map(quote)].join(" ");
}

const functionOf = (prefix: string, kind: string) => `${prefix}_${kind.replaceAll("-", "_")}`;

/** `name() { case $1 in …) …;; esac; }`: which function is called for which storage. */
function dispatch(name: "check" | "watch" | "glance", storages: readonly ProbeStorage[]): string {
  const cases = storages
    .filter(({ kind, fragment }) => fragment.script.includes(`${functionOf(name, kind)}()`))
    .map(({ storageId, kind, fragment }) => `    ${storageId}) ${call(functionOf(name, kind), fragment.args)} ;;`);
  return [`${name}() {`, "  case $1 in", ...cases, "    *) ;;", "  esac", "}"].join("\n");
}

/**
 * The whole text fed to `sh -s` on a node: constant functions, quoted values, and the loop. What it keeps while it runs
 * lies below `runDir`, in a folder named after the panel; which epochs the node has seen, in one below `stateDir`.
 * Throws when a value or an id can't be put into it.
 */
export function buildProbe({ panelId, epoch, storages }: ProbeParts, runDir = "/run", stateDir = NODE_DIR): string {
  for (const id of [panelId, ...storages.map((storage) => storage.storageId)]) {
    if (!ID.test(id)) throw new Error(`Not an id: ${JSON.stringify(id)}`);
  }
  const scripts = [...new Set(storages.map((storage) => storage.fragment.script))];
  return [
    "LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "export LC_ALL PATH",
    "umask 077",
    `epoch=${Math.trunc(epoch)} dir=${runDir}/spindle-${panelId} shown_in=${stateDir}/${panelId}`,
    `ids='${storages.map((storage) => storage.storageId).join(" ")}'`,
    ...storages.map(({ storageId, fragment }) => `deadline_${storageId}=${Math.trunc(fragment.deadlineSeconds)}`),
    ...scripts,
    dispatch("watch", storages),
    dispatch("glance", storages),
    EPOCH_SCRIPT,
    MAIN_SCRIPT,
    "supersede",
    `cat >"$dir/check.sh" <<'${END}'`,
    ...scripts,
    dispatch("check", storages),
    CHECK_SCRIPT,
    END,
    "main",
    "",
  ].join("\n");
}
