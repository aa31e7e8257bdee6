import { text } from "../../../domain/text.ts";
import { formatBytes } from "../../../domain/units.ts";
import type { Found } from "../../contract.ts";
import type { LvmFacts } from "./facts.ts";

/** The node's volume groups, each a value for the form; a name that stands twice is one value. */
export function foundLvm({ hasTools, groups }: Pick<LvmFacts, "hasTools" | "groups">): Found[] {
  if (!hasTools) return [{ text: text("lvm.found.no-tools") }];
  if (groups.length === 0) return [{ text: text("lvm.found.none") }];
  const names = new Set<string>();
  return groups.map((group) => {
    const isFirst = !names.has(group.name);
    names.add(group.name);
    const { name } = group;
    const found = text("lvm.found.group", { name, size: formatBytes(group.size), free: formatBytes(group.free) });
    return isFirst ? { text: found, choice: { field: "vgName", value: name } } : { text: found };
  });
}
