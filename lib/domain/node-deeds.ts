import { type Text, text } from "./text.ts";

/** Audit actions that a node's history tells. */
export const DEEDS: readonly string[] = [
  "node.join",
  "node.edit",
  "node.maintenance",
  "node.in-service",
  "node.accept-host-key",
  "node.rotate-key",
];

const word = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : "");

const placeOf = ({ address, port }: Record<string, unknown>) => `${word(address)}:${word(port)}`;

function editText(detail: Record<string, unknown>): Text {
  const before = (typeof detail.before === "object" ? detail.before : null) as Record<string, unknown> | null;
  const values = { name: word(detail.name), place: placeOf(detail) };
  if (!before) return text("node.deed.edit", values);
  const old = { oldName: word(before.name), oldPlace: placeOf(before) };
  const isRenamed = values.name !== old.oldName;
  const isMoved = values.place !== old.oldPlace;
  const key = isRenamed && isMoved ? "edit-both" : isRenamed ? "edit-name" : "edit-place";
  return text(`node.deed.${key}`, { ...values, ...old });
}

/** What an audit row says of a node, as a sentence; null for what is no part of its history. */
export function deedText(action: string, detail: Record<string, unknown>): Text | null {
  switch (action) {
    case "node.join":
      return text("node.deed.join", { place: placeOf(detail) });
    case "node.edit":
      return editText(detail);
    case "node.maintenance":
      return text("node.deed.maintenance");
    case "node.in-service":
      return text("node.deed.in-service");
    case "node.accept-host-key":
      return text("node.deed.accept-host-key", { from: word(detail.before), to: word(detail.fingerprint) });
    case "node.rotate-key":
      return text("node.deed.rotate-key");
    default:
      return null;
  }
}
