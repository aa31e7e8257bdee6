import type { PreflightChoice, PreflightRow } from "../../../domain/preflight.ts";
import { type Text, text } from "../../../domain/text.ts";
import { formatBytes } from "../../../domain/units.ts";
import type { JoinContext, JoinPlan, Ownership } from "../../contract.ts";
import { fileSystemId } from "../../directories.ts";
import type { LvmConfig } from "./config.ts";
import { makeGroupSteps, UUID_STEP } from "../../lvm/make-group.ts";
import { newPvs } from "../../lvm/pv-steps.ts";
import { diskRows } from "./disk-rows.ts";
import type { LvmFacts } from "./facts.ts";
import type { LvmIdentity } from "../../lvm/identity.ts";
import { renameObstacle } from "./rename.ts";
import type { VolumeGroup } from "../../lvm/report.ts";
import { stateObstacle } from "../../lvm/state.ts";
import { MADE_TAG, onlyDevices, ownerTags, renameStep, tagStep } from "../../lvm/steps.ts";

/** What is said about the search for the VG, and the one that was found or chosen. */
interface Search {
  row: PreflightRow;
  group: VolumeGroup | null;
  isRename: boolean;
}

type Values = Record<string, string | number>;

function groupRow(
  state: PreflightRow["state"],
  finding: string,
  values: Values,
  more: Partial<PreflightRow> = {},
): PreflightRow {
  return {
    id: "group",
    state,
    title: text("lvm.row.group"),
    detail: text(`lvm.group.${finding}`, values),
    ...(state === "pass" ? {} : { advice: text(`lvm.group.${finding}-advice`, values) }),
    ...more,
  };
}

/** A VG in one line, for lists of what was found. */
function described(group: VolumeGroup): string {
  return `${group.name} (${group.uuid}, ${formatBytes(group.size)})`;
}

/** S16, outcome by outcome. */
function search({ config, owner, choices }: JoinContext<LvmConfig>, facts: LvmFacts): Search {
  const vg = config.vgName;
  const found = (row: PreflightRow, group: VolumeGroup | null = null, isRename = false): Search => ({
    row,
    group,
    isRename,
  });
  if (!facts.hasTools && facts.devices.length > 0) {
    return found(groupRow("fail", "no-tools", { vg, devices: facts.devices.map((device) => device.path).join(", ") }));
  }
  const { groups } = facts;
  const named = groups.filter((group) => group.name === vg);
  const list = groups.map(described).join(", ");
  if (named.length === 1) return found(groupRow("pass", "found", { vg, uuid: named[0]!.uuid }), named[0]);
  if (named.length > 1) return pick(vg, named, choices.pick);
  if (groups.length === 0) {
    if (facts.complaints !== "")
      return found(groupRow("fail", "unreadable", { vg }, { output: facts.complaints, command: "vgs" }));
    return found(groupRow("fail", "none", { vg }));
  }
  if (groups.length > 1) return found(groupRow("fail", "others", { vg, list, count: groups.length }));
  return renameOrNot(vg, groups[0]!, facts, { owner, chosen: choices.rename });
}

function pick(vg: string, named: VolumeGroup[], chosen: string | undefined): Search {
  const choices = named.map(
    (group): PreflightChoice => ({
      key: "pick",
      value: group.uuid,
      label: text("lvm.choice.pick", {
        uuid: group.uuid,
        size: formatBytes(group.size),
        pvs: group.pvs.map((pv) => pv.name).join(", "),
        count: group.lvCount,
      }),
    }),
  );
  const group = named.find((one) => one.uuid === chosen);
  if (!group)
    return { row: groupRow("fail", "several", { vg, count: named.length }, { choices }), group: null, isRename: false };
  return {
    row: groupRow("pass", "picked", { vg, uuid: group.uuid, count: named.length }, { choices }),
    group,
    isRename: false,
  };
}

function renameOrNot(
  vg: string,
  group: VolumeGroup,
  facts: LvmFacts,
  { owner, chosen }: { owner: Ownership; chosen: string | undefined },
): Search {
  const values = { vg, found: group.name, uuid: group.uuid, list: described(group) };
  const marks = foreignMarks(group, owner);
  const obstacle =
    marks.length > 0
      ? text("lvm.rename.owned", { vg: group.name, tags: marks.join(", ") })
      : renameObstacle(group, vg, facts);
  if (obstacle)
    return { row: { ...groupRow("fail", "other", values), advice: obstacle }, group: null, isRename: false };
  const choices: PreflightChoice[] = [{ key: "rename", value: group.uuid, label: text("lvm.choice.rename", values) }];
  if (chosen !== group.uuid)
    return { row: groupRow("fail", "other-renamable", values, { choices }), group: null, isRename: false };
  return { row: groupRow("warning", "renamed", values, { choices }), group, isRename: true };
}

function stateRow(group: VolumeGroup, facts: LvmFacts): PreflightRow {
  const obstacle = stateObstacle(group, facts.systemId);
  const title = text("lvm.row.state");
  const pvs = group.pvs.map((pv) => `${pv.name} ${formatBytes(pv.size)}`).join(", ");
  if (!obstacle)
    return { id: "state", state: "pass", title, detail: text("lvm.state.whole", { pvs, count: group.pvs.length }) };
  const values = {
    vg: group.name,
    uuid: group.uuid,
    system: group.systemId,
    lock: group.lockType,
    missing: group.missingPvs,
  };
  return {
    id: "state",
    state: "fail",
    title,
    detail: text(`lvm.state.${obstacle}`, values),
    advice: text(`lvm.state.${obstacle}-advice`, values),
  };
}

/** Less than this left, and drives can soon no longer be made: an LV takes a few hundred bytes of metadata. */
const LITTLE_METADATA = 64 * 1024;

function spaceRow(group: VolumeGroup): PreflightRow {
  const values = {
    size: formatBytes(group.size),
    free: formatBytes(group.free),
    metadata: formatBytes(group.metadataFree),
    metadataSize: formatBytes(group.metadataSize),
  };
  const title = text("lvm.row.space");
  const detail = text("lvm.space.figures", values);
  const isTight = group.metadataFree !== null && group.metadataFree < LITTLE_METADATA;
  if (group.free === 0) return { id: "space", state: "warning", title, detail, advice: text("lvm.space.full-advice") };
  if (isTight)
    return { id: "space", state: "warning", title, detail, advice: text("lvm.space.metadata-advice", values) };
  return { id: "space", state: "pass", title, detail };
}

/** A panel's tags, and those of them that are not this storage's. */
const marksOf = (group: VolumeGroup) => group.tags.filter((tag) => tag.startsWith("spindle.") && tag !== MADE_TAG);
const foreignMarks = (group: VolumeGroup, owner: Ownership) =>
  marksOf(group).filter((tag) => !ownerTags(owner).includes(tag));

/** Whether somebody else's mark is on it. */
function ownerRow(group: VolumeGroup, owner: Ownership, volumes: number): PreflightRow {
  const title = text("lvm.row.owner");
  const ours = ownerTags(owner);
  const marks = marksOf(group);
  const foreign = foreignMarks(group, owner);
  const panel = marks.find((tag) => tag.startsWith("spindle.panel="));
  if (foreign.length > 0) {
    const finding = panel === ours[0] ? "other-storage" : "other-panel";
    const values = { tags: foreign.join(", ") };
    return {
      id: "owner",
      state: "fail",
      title,
      detail: text(`lvm.owner.${finding}`, values),
      advice: text(`lvm.owner.${finding}-advice`, values),
    };
  }
  if (volumes > 0 && marks.length === 0) {
    return {
      id: "owner",
      state: "warning",
      title,
      detail: text("lvm.owner.volumes", { count: volumes }),
      advice: text("lvm.owner.volumes-advice"),
    };
  }
  return { id: "owner", state: "pass", title, detail: text(marks.length > 0 ? "lvm.owner.ours" : "lvm.owner.nobody") };
}

/** A VG of unused disks where the node has none of the name (B04), or the reasons why it can't join. */
function joinWithoutGroup(
  { config, owner, choices, target }: JoinContext<LvmConfig>,
  facts: LvmFacts,
  row: PreflightRow,
): JoinPlan {
  const vg = config.vgName;
  // What could not be read may be the group, and what is named so already is in the way.
  const isRead = facts.complaints === "" && (facts.hasTools || facts.devices.length === 0);
  const canMake = isRead && !facts.nameInDev && !facts.groups.some(({ name }) => name === vg);
  const { rows, chosen } = canMake ? diskRows(row, vg, facts.disks, choices) : { rows: [row], chosen: [] };
  // Why no disk is offered.
  if (!isRead && facts.complaints !== "") rows[0] = { ...row, output: facts.complaints, command: "vgs" };
  const nothing: JoinPlan = { rows, steps: [], identity: null, notes: [], uses: [] };
  if (chosen.length === 0) return nothing;
  const { steps, pvUuids } = makeGroupSteps(target, vg, owner, newPvs(owner.storageId, target, chosen));
  const identity: LvmIdentity = {
    ...{ vgUuid: "", pvUuids: pvUuids.join(",") },
    ...{ imageFs: fileSystemId(facts.image), shareFs: fileSystemId(facts.share) },
  };
  // A disk is taken once, by whichever storage of the node chose it first.
  const uses = chosen.map(({ link }): JoinPlan["uses"][number] => ({
    ...{ what: "thing", scope: "disk", value: `${target} ${link}`, label: link },
  }));
  const late = { step: UUID_STEP, fields: ["vgUuid"] };
  return { ...nothing, steps, identity, late, uses, notes: [text("lvm.parts.note.made", { vg })] };
}

/** What an LVM storage needs of a node, and what would run there. Pure. */
export function joinLvm(context: JoinContext<LvmConfig>, facts: LvmFacts): JoinPlan {
  const { group, row, isRename } = search(context, facts);
  if (!group) return joinWithoutGroup(context, facts, row);
  const rows = [row, stateRow(group, facts), spaceRow(group), ownerRow(group, context.owner, group.lvCount)];
  const uses: JoinPlan["uses"] = [
    { what: "thing", scope: "volume-group", value: group.uuid, label: `${group.name} (${group.uuid})` },
  ];
  if (rows.some((one) => one.state === "fail")) return { rows, steps: [], identity: null, notes: [], uses };
  const wanted = context.config.vgName;
  const devices = onlyDevices(group.pvs.map((pv) => pv.uuid));
  const rename = isRename ? [renameStep(context.target, group, wanted)] : [];
  const identity: LvmIdentity = {
    vgUuid: group.uuid,
    pvUuids: group.pvs.map((pv) => pv.uuid).join(","),
    imageFs: fileSystemId(facts.image),
    shareFs: fileSystemId(facts.share),
  };
  return {
    rows,
    steps: [...rename, tagStep(context.target, group, wanted, context.owner, devices)],
    identity,
    notes: [],
    uses,
  };
}

/** The step as far as it is known without a node: which devices and which UUID come with the look. */
export function previewLvm({ config, owner, target }: JoinContext<LvmConfig>): {
  steps: JoinPlan["steps"];
  notes: Text[];
} {
  const group = { uuid: "UUID" };
  return {
    steps: [tagStep(target, group, config.vgName, owner, onlyDevices(["UUID"]))],
    notes: [text("lvm.note.preview", { vg: config.vgName })],
  };
}
