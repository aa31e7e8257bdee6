import type { NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import type { Ownership } from "../../contract.ts";
import { type OwnFile, removeFileStep, writeFileStep } from "../../own-file.ts";

/** A file for each storage that has records, sessions or drop-ins on the node: what is the panel's there is told by them. */
export const MARKS_DIR = "/etc/spindle/storages";

function markFile({ panelId, storageId }: Ownership, target: string, wwid: string): OwnFile {
  const lines = [`panel ${panelId}`, `target ${target}`, `wwid ${wwid}`];
  return { path: `${MARKS_DIR}/${storageId}`, text: lines.join("\n"), mode: "0644", isOwnDir: true };
}

export interface Marked {
  target: string;
  wwid: string;
}

/** The step that notes on the node that the storage uses target and LUN. */
export function markStep(target: string, owner: Ownership, marked: Marked): NodeStep {
  const named = {
    id: "mark",
    target,
    title: text("network-lvm.step.mark"),
    undoTitle: text("network-lvm.step.unmark"),
  };
  return writeFileStep(named, markFile(owner, marked.target, marked.wwid));
}

export function unmarkStep(target: string, owner: Ownership, marked: Marked): NodeStep {
  const title = text("network-lvm.step.unmark");
  const named = { id: "unmark", target, title, undoTitle: text("network-lvm.step.mark") };
  return removeFileStep(named, markFile(owner, marked.target, marked.wwid));
}
