import type { PreflightRow } from "../../../domain/preflight.ts";
import { text } from "../../../domain/text.ts";
import type { JoinContext, SharedPart } from "../../contract.ts";
import type { FoundGroup } from "../../lvm/metadata.ts";
import { MADE_TAG, ownerTags } from "../../lvm/steps.ts";
import type { NetworkLvmConfig } from "./config.ts";
import type { NetworkLvmFacts } from "./facts.ts";
import { networkLvmIdentity } from "./identity.ts";
import { problemOutput, row } from "./rows.ts";

type Context = JoinContext<NetworkLvmConfig>;

/** So many volumes are named. */
const MOST_NAMES = 8;

/** A group as its own metadata tells of it: what an administrator must have seen before it is taken over (S27). */
function groupValues({ name, uuid, tags, volumes, host, writtenAt }: FoundGroup) {
  const names = volumes.slice(0, MOST_NAMES).map((volume) => volume.name);
  const more = volumes.length > MOST_NAMES ? ["…"] : [];
  return {
    ...{ found: name, uuid, count: volumes.length, volumes: [...names, ...more].join(", ") },
    ...{ tags: tags.join(", "), host, time: writtenAt },
  };
}

/** Why a group can't be taken over; null when it can. */
function adoptionObstacle(group: FoundGroup, { config, owner }: Context): string | null {
  const marks = group.tags.filter((tag) => tag.startsWith("spindle.") && tag !== MADE_TAG);
  if (marks.some((tag) => !ownerTags(owner).includes(tag))) return "owned";
  if (group.name !== config.vgName) return "other-group";
  if (!["", "none"].includes(group.lockType)) return "locked";
  if (group.systemId !== "") return "system-id";
  return group.pvUuids.length > 1 ? "several-pvs" : null;
}

function groupRow(context: Context, { isFirst }: SharedPart, group: FoundGroup): PreflightRow {
  const values = { ...groupValues(group), vg: context.config.vgName };
  const obstacle = adoptionObstacle(group, context);
  if (obstacle) return row("contents", "fail", obstacle, values);
  if (group.tags.includes(`spindle.storage=${context.owner.storageId}`)) return row("contents", "pass", "ours", values);
  if (!isFirst) return row("contents", "pass", "adopted-elsewhere", values);
  const choices = [{ key: "adopt", value: group.uuid, label: text("network-lvm.choice.adopt", values) }];
  if (context.choices.adopt === group.uuid) return row("contents", "warning", "adopted", values, { choices });
  return row("contents", "fail", "adoptable", values, { choices });
}

/** What lies on the LUN, and what that means. */
export function contentsRow(context: Context, part: SharedPart, facts: NetworkLvmFacts): PreflightRow {
  const { contents, contentsProblem } = facts;
  const vg = context.config.vgName;
  if (!contents) {
    const output = contentsProblem ? problemOutput(contentsProblem) : "";
    return row("contents", "fail", "unread", { vg }, { output });
  }
  if (part.pinned) {
    const { vgUuid } = networkLvmIdentity.parse(part.pinned);
    const isIt = contents.kind === "group" && contents.group.uuid === vgUuid;
    return row("contents", isIt ? "pass" : "fail", isIt ? "seen" : "not-pinned", { vg, uuid: vgUuid });
  }
  switch (contents.kind) {
    case "blank":
      return row("contents", "pass", part.isFirst ? "will-be-made" : "made-elsewhere", { vg });
    case "group":
      return groupRow(context, part, contents.group);
    case "pv":
      return row("contents", "fail", "pv", { vg, uuid: contents.uuid });
    case "signature":
      return row("contents", "fail", "signature", { vg, name: contents.name });
    case "data":
      return row("contents", "fail", "data", { vg });
  }
}
