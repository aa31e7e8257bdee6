import { labelBehind } from "../../domain/size-input.ts";
import type { DrivesInput } from "./plan.ts";

/**
 * The address of the form that a plan of drives came from, with what was typed. On which node new ones went is not
 * typed again: where there is most room now may be another one.
 */
export function driveFormOf({ verb, drives }: DrivesInput): string {
  const [first] = drives;
  if (!first) throw new Error("A plan of drives has no drive");
  if (verb === "create") {
    const label = labelBehind(drives.map((drive) => drive.label));
    const typed = { storage: first.storageId, label, count: String(drives.length), size: String(first.size) };
    return `/drives/new?${new URLSearchParams(typed)}`;
  }
  const typed = new URLSearchParams({ do: verb, ids: drives.map((drive) => drive.id).join(",") });
  if (first.newSize !== undefined) typed.set("size", String(first.newSize));
  if (first.newLabel !== undefined) typed.set("label", first.newLabel);
  return `/drives/change?${typed}`;
}
