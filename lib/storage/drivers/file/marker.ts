import { z } from "zod";
import type { NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import type { DriveContext, LeavePlan, Ownership } from "../../contract.ts";
import type { FileConfig } from "./config.ts";
import { fileIdentity, MARKER_FILE } from "./identity.ts";

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
 * overwritten, and half a mark is never seen.
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

const pathOf = (vmDir: string) => `${vmDir}/${MARKER_FILE}`;
const writeCommand = (path: string, line: string) => ({ argv: ["sh", "-c", WRITE, "spindle", path, line] });
const removeCommand = (path: string, line: string) => ({ argv: ["sh", "-c", REMOVE, "spindle", path, line] });

/** The step that marks the directory of drives as this storage's. */
export function markerStep(target: string, vmDir: string, line: string): NodeStep {
  const path = pathOf(vmDir);
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

/** Takes the mark away again, where it is still the one that was pinned; the directory and what is in it stay. */
export function leaveFile({ config, identity, target }: DriveContext<FileConfig>): LeavePlan {
  const path = pathOf(config.vmDir);
  const line = fileIdentity.parse(identity).marker;
  const step: NodeStep = {
    kind: "node",
    id: "unmark",
    target,
    title: text("file.step.unmark", { path }),
    command: removeCommand(path, line),
    alreadyDone: {
      command: { argv: ["sh", "-c", '[ "$(cat -- "$1" 2>/dev/null)" != "$2" ]', "spindle", path, line] },
    },
    undo: { title: text("file.step.mark", { path }), command: writeCommand(path, line) },
  };
  return { steps: [step], left: [text("file.left.mark", { path })] };
}
