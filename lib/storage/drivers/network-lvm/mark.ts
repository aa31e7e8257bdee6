import type { NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import type { Ownership } from "../../contract.ts";
import { type OwnFile, removeFileStep, replaceFileStep, writeFileStep } from "../../own-file.ts";

export interface Marked {
  /** Their names. */
  targets: readonly string[];
  wwids: readonly string[];
}

/** A file for each storage that has records, sessions or drop-ins on the node: what is the panel's there is told by them. */
export const MARKS_DIR = "/etc/spindle/storages";

type Marker = Pick<Ownership, "panelId" | "storageId">;

function markFile({ panelId, storageId }: Marker, { targets, wwids }: Marked): OwnFile {
  const lines = [
    `panel ${panelId}`,
    ...targets.map((target) => `target ${target}`),
    ...wwids.map((wwid) => `wwid ${wwid}`),
  ];
  return { path: `${MARKS_DIR}/${storageId}`, text: lines.join("\n"), mode: "0644", isOwnDir: true };
}

/** The step that notes on the node that the storage uses these targets and LUNs. */
export function markStep(target: string, owner: Ownership, marked: Marked): NodeStep {
  const named = {
    id: "mark",
    target,
    title: text("network-lvm.step.mark"),
    undoTitle: text("network-lvm.step.unmark"),
  };
  return writeFileStep(named, markFile(owner, marked));
}

export function unmarkStep(target: string, owner: Marker, marked: Marked): NodeStep {
  const title = text("network-lvm.step.unmark");
  const named = { id: "unmark", target, title, undoTitle: text("network-lvm.step.mark") };
  return removeFileStep(named, markFile(owner, marked));
}

/** The step that notes that it uses other ones by now. */
export function remarkStep(target: string, owner: Ownership, from: Marked, to: Marked): NodeStep {
  const title = text("network-lvm.step.mark");
  const named = { id: "mark", target, title, undoTitle: text("network-lvm.step.mark-back") };
  return replaceFileStep(named, markFile(owner, from), markFile(owner, to));
}
