import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { StorageKind } from "../lib/domain/storage.ts";
import { DISKS_ID } from "../lib/live/disks/script.ts";

/** What a real node said to the probe, and the rows it was asked by. */
export interface Recording {
  panelId: string;
  cluster: { id: string; name: string; imageDir: string; shareDir: string };
  storages: {
    id: string;
    kind: StorageKind;
    name: string;
    config: Record<string, unknown>;
    isMain: boolean;
    /** As it was pinned at the join. */
    identity: Record<string, string>;
    /** The lines of one check, from its `b` to its `e`. */
    check: string[];
  }[];
  /** The lines of one look at its disks, likewise. */
  disks: string[];
  figures: string[];
}

export const RECORDING = fileURLToPath(new URL("recorded/node.json", import.meta.url));

/** The recording, said by a node of this panel: the marks on its storages name it. */
export function readRecording(panelId: string): Recording {
  const text = readFileSync(RECORDING, "utf8");
  const recorded = (JSON.parse(text) as Recording).panelId;
  return JSON.parse(text.replaceAll(recorded, panelId)) as Recording;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * What sshd runs instead of the probe: reads the probe's text to its end, then answers as the recorded node did. Costs no
 * process for a line of figures or a check, so that a thousand fit beside the panel. Any other command is run as it is.
 */
export function replayScript({ figures, disks, storages }: Recording): string {
  const block = ({ id, check }: { id: string; check: string[] }) => {
    const complaint = check.indexOf("r recorded");
    const said = check.slice(1, complaint).join("\n");
    return `    ${id}) printf 'b %s %s\\n%s\\nr %s\\n\\ne %s %s 0 1.0 1.2\\n' "$1" "$2" ${quoted(said)} "$2" "$1" "$2" ;;`;
  };
  return [
    "#!/bin/sh",
    'case $SSH_ORIGINAL_COMMAND in *sh*-s*) ;; *) exec sh -c "$SSH_ORIGINAL_COMMAND" ;; esac',
    "check() {",
    "  case $1 in",
    ...[...storages, { id: DISKS_ID, check: disks }].map(block),
    "  esac",
    "}",
    ...figures.map((line, index) => `f${index}=${quoted(line)}`),
    "epoch=0",
    "while IFS= read -r line; do",
    "  case $line in epoch=*) epoch=${line#epoch=} epoch=${epoch%% *} ;; main) break ;; esac",
    "done",
    "read -r boot </proc/sys/kernel/random/boot_id",
    'printf \'h 1 %s %s %s 0-3\\n\' "$epoch" "$$" "$boot"',
    `n=$(($$ % ${figures.length}))`,
    "while read -r command a b; do",
    "  case $command in",
    `    t) eval "printf '%s\\\\n' \\"\\$f$n\\""; n=$(((n + 1) % ${figures.length})) ;;`,
    '    c) check "$a" "$b" ;;',
    "    q) exit ;;",
    "  esac",
    "done",
    "",
  ].join("\n");
}
