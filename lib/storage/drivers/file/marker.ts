import { z } from "zod";
import type { NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import type { Ownership } from "../../contract.ts";
import { MARKER_FILE } from "./identity.ts";

const markerSchema = z.object({
  panel: z.string(),
  cluster: z.string(),
  storage: z.string(),
  node: z.string(),
  epoch: z.number(),
});
export type Marker = z.infer<typeof markerSchema>;

/** The one line of the mark: whose directory this is. */
export function markerLine(owner: Ownership, node: string): string {
  const marker: Marker = {
    panel: owner.panelId,
    cluster: owner.clusterId,
    storage: owner.storageId,
    node,
    epoch: owner.epoch,
  };
  return JSON.stringify(marker);
}

/** A mark as it was found; null for anything else that stands in its place. */
export function readMarker(line: string): Marker | null {
  try {
    return markerSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    // Not JSON: somebody else's file.
    return null;
  }
}

/**
 * Written aside and linked into its place: the link fails when a mark is there, so another owner's is never
 * overwritten, and half a mark is never seen. Where this very mark is there already, nothing is written.
 */
const WRITE = `set -eu
[ "$(cat -- "$1" 2>/dev/null)" != "$2" ] || exit 0
rm -f -- "$1.new"
printf '%s\\n' "$2" >"$1.new"
chmod 0644 -- "$1.new"
sync -- "$1.new"
ln -T -- "$1.new" "$1"
rm -f -- "$1.new"`;

/** Removes the mark where it is ours, word for word; another owner's is none of ours to undo. */
const REMOVE = `rm -f -- "$1.new"
[ "$(cat -- "$1" 2>/dev/null)" != "$2" ] || rm -- "$1"`;

export const markerPath = (vmDir: string) => `${vmDir}/${MARKER_FILE}`;
const writeCommand = (path: string, line: string) => ({ argv: ["sh", "-c", WRITE, "spindle", path, line] });
const removeCommand = (path: string, line: string) => ({ argv: ["sh", "-c", REMOVE, "spindle", path, line] });

/** The step that marks the directory of drives as this storage's. */
export function markerStep(target: string, vmDir: string, line: string): NodeStep {
  const path = markerPath(vmDir);
  return {
    kind: "node",
    id: "mark",
    target,
    title: text("file.step.mark", { path }),
    command: writeCommand(path, line),
    alreadyDone: { command: { argv: ["cat", "--", path] }, stdout: line },
    undo: { title: text("file.step.unmark", { path }), command: removeCommand(path, line) },
  };
}

/** The step that takes the mark away, where it is this storage's own. */
export function unmarkStep(target: string, vmDir: string, line: string): NodeStep {
  const path = markerPath(vmDir);
  const gone = '[ "$(cat -- "$1" 2>/dev/null)" != "$2" ]';
  return {
    kind: "node",
    id: "unmark",
    target,
    title: text("file.step.unmark", { path }),
    command: removeCommand(path, line),
    alreadyDone: { command: { argv: ["sh", "-c", gone, "spindle", path, line] } },
    undo: { title: text("file.step.mark", { path }), command: writeCommand(path, line) },
  };
}
