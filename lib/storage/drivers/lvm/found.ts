import { text } from "../../../domain/text.ts";
import { formatBytes } from "../../../domain/units.ts";
import type { Found } from "../../contract.ts";
import type { LvmFacts } from "./facts.ts";

/** The node's volume groups, each a value for the form; a name that stands twice is one value. */
export function foundLvm({ hasTools, groups }: Pick<LvmFacts, "hasTools" | "groups">): Found[] {
  if (!hasTools) return [{ id: "no-tools", text: text("lvm.found.no-tools") }];
  if (groups.length === 0) return [{ id: "none", text: text("lvm.found.none") }];
  const names = new Set<string>();
  const seen = new Map<string, number>();
  return groups.map((group) => {
    const isFirst = !names.has(group.name);
    names.add(group.name);
    const { name, uuid } = group;
    // A copied disk, or a node that lies, shows one UUID twice.
    const copy = seen.get(uuid) ?? 0;
    seen.set(uuid, copy + 1);
    const id = copy === 0 ? uuid : `${uuid}/${copy}`;
    const found = text("lvm.found.group", { name, size: formatBytes(group.size), free: formatBytes(group.free) });
    return { id, text: found, ...(isFirst ? { choice: { field: "vgName", value: name } } : {}) };
  });
}
