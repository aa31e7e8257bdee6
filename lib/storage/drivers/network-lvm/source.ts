import { type Text, text } from "../../../domain/text.ts";
import type { Source, SourceForm } from "../../contract.ts";
import {
  chapSecret,
  type IscsiTarget,
  iscsiTarget,
  type NetworkLvmConfig,
  networkLvmConfig,
  withTarget,
} from "./config.ts";
import type { PortalFacts } from "./facts.ts";

/** A target as it was typed; null where none was. Throws a ZodError where it can't be one. */
export const typedTarget = (source: Source | undefined): IscsiTarget | null =>
  source ? iscsiTarget.parse(source) : null;

/** That the storage has the target already, or as many as it may have: its own schema knows. */
function problems(config: NetworkLvmConfig, source: Source): Record<string, Text> {
  const { error } = networkLvmConfig.safeParse(withTarget(config, iscsiTarget.parse(source)));
  const [issue] = error?.issues ?? [];
  return issue ? { target: text(issue.message) } : {};
}

/** A target whose LUNs the storage does not lie on yet (P15). */
export const targetForm: SourceForm<NetworkLvmConfig> = {
  title: text("network-lvm.source.title"),
  help: text("network-lvm.source.help"),
  fields: iscsiTarget,
  secrets: { chapSecret, reverseSecret: chapSecret },
  alike: ["portals"],
  problems,
};

/** The field that tells why a portal gave nothing, by the look's word; else the portals' own. */
const FIELD_OF: Record<string, string> = {
  ...{ auth: "chapSecret", "no-chap": "chapUser", "target-unproven": "reverseSecret", "no-target": "target" },
};

/** Why nothing, or not everything, is seen of a target, by field. */
export function sourceProblems(target: string, portals: readonly PortalFacts[]): Record<string, Text> {
  const found: Record<string, Text> = {};
  for (const { portal, problem } of portals)
    if (problem) found[FIELD_OF[problem.what] ?? "portals"] ??= text(`network-lvm.found.${problem.what}`, { portal });
  const isEmpty = portals.every(({ luns }) => luns?.length === 0);
  return isEmpty ? { target: text("network-lvm.parts.no-luns", { target }) } : found;
}
