import type { DiskView } from "../../../domain/parts.ts";
import type { PartsRequest } from "../../../domain/parts-request.ts";
import { type Text, text } from "../../../domain/text.ts";
import type { PartsContext, PartsDriver, PartsPlan } from "../../contract.ts";
import { partOf } from "../../lvm/parts-facts.ts";
import { changeTo, groupObstacle, noChange } from "../../lvm/parts-plan.ts";
import { type IscsiTarget, type NetworkLvmConfig, withTarget } from "./config.ts";
import type { Contents } from "./contents.ts";
import { networkLvmIdentity, pinOf, wwidsOf } from "./identity.ts";
import type { LunLook } from "./look.ts";
import { addSteps, type Growth, growSteps, type SharedGroup } from "./part-steps.ts";
import { type NetworkPartsFacts, readNetworkPartsFacts, type ShownTarget } from "./parts-facts.ts";
import { problemOutput } from "./rows.ts";
import { sourceProblems, targetForm, typedTarget } from "./source.ts";
import { lunLink } from "./wwid.ts";

type Context = PartsContext<NetworkLvmConfig>;
/** Nothing is moved off a LUN: what another node has mapped would not follow. */
type Request = Extract<PartsRequest, { verb: "add" | "grow" }>;

/** A LUN, and the name of the target that shows it. */
type ShownLun = LunLook & { target: string };

/** Every LUN that a target shows, once, as large as any portal says. */
function lunsOn({ target, portals }: ShownTarget): ShownLun[] {
  const all = portals.flatMap(({ luns }) => luns ?? []).toSorted((a, b) => a.size - b.size);
  return [...new Map(all.map((lun) => [lun.wwid ?? lun.lun, { ...lun, target }])).values()];
}

/** The same of all targets: the storage's own LUNs where they are pinned, others where they are met first. */
function lunsIn({ targets, luns }: NetworkPartsFacts): ShownLun[] {
  const isPinnedElsewhere = (lun: ShownLun) =>
    luns.some(({ wwid, target }) => wwid === lun.wwid && target !== lun.target);
  const all = targets.flatMap(lunsOn).filter((lun) => !isPinnedElsewhere(lun));
  return all.filter(({ wwid }, index) => wwid === null || all.findIndex((lun) => lun.wwid === wwid) === index);
}

/** Whether every portal of the target shows the LUN, as large. A portal that gave no answer can't tell. */
function isSameEverywhere({ targets }: NetworkPartsFacts, { wwid, size, target }: ShownLun): boolean {
  const portals = targets.filter((one) => one.target === target).flatMap((one) => one.portals);
  return portals.every(({ luns }) => luns?.some((lun) => lun.wwid === wwid && lun.size === size) === true);
}

function contentsUse(contents: Contents): Text[] {
  switch (contents.kind) {
    case "blank":
      return [];
    case "group":
      return [text("network-lvm.parts.use.group", { name: contents.group.name, uuid: contents.group.uuid })];
    case "pv":
      return [text("network-lvm.parts.use.pv", { uuid: contents.uuid })];
    case "signature":
      return [text("network-lvm.parts.use.signature", { name: contents.name })];
    case "data":
      return [text("network-lvm.parts.use.data")];
  }
}

/** Why a LUN can't be taken into the group; empty where it can. */
function usesOf(facts: NetworkPartsFacts, lun: ShownLun): Text[] {
  const { wwid, keys } = lun;
  if (wwid === null) return [text("network-lvm.parts.use.no-wwid")];
  if (facts.pvOf[wwid] !== undefined) return [text("network-lvm.parts.use.own")];
  const found = facts.contents[wwid];
  const detail = found?.contentsProblem ? problemOutput(found.contentsProblem) : "";
  return [
    ...(keys.length > 0 ? [text("network-lvm.parts.use.reserved", { keys: keys.join(", ") })] : []),
    ...(isSameEverywhere(facts, lun) ? [] : [text("network-lvm.parts.use.not-everywhere")]),
    ...(found?.contents ? contentsUse(found.contents) : [text("network-lvm.parts.use.unread", { detail })]),
  ];
}

function diskOf(facts: NetworkPartsFacts, lun: ShownLun): DiskView {
  const { wwid, lun: number, vendor, model, serial, size } = lun;
  const link = wwid === null ? null : lunLink(wwid);
  const disk = { link, name: wwid ?? number, model: `${vendor} ${model}`, serial, size, uses: usesOf(facts, lun) };
  return facts.targets.length > 1 ? { ...disk, at: lun.target } : disk;
}

/** Why a target that was typed can't be the storage's on the node: what somebody else set up is left alone. */
function typedObstacles({ typed }: NetworkPartsFacts, { target }: IscsiTarget): Text[] {
  if (!typed || typed.marks.length > 0) return [];
  if (typed.records.length > 0) return [text("network-lvm.own.records", { target, records: typed.records.join(", ") })];
  return typed.sessions.length > 0 ? [text("network-lvm.own.sessions", { target })] : [];
}

/** `san`: a target that was typed; it becomes the storage's where one of the LUNs lies on it. */
function planAdd(
  group: SharedGroup,
  facts: NetworkPartsFacts,
  links: readonly string[],
  san: IscsiTarget | null,
): PartsPlan {
  const free = lunsIn(facts).filter((lun) => usesOf(facts, lun).length === 0);
  const chosen = [...new Set(links)].map((link) => free.find(({ wwid }) => wwid !== null && lunLink(wwid) === link));
  const luns = chosen.flatMap((lun) => (lun?.wwid ? [{ wwid: lun.wwid, target: lun.target, size: lun.size }] : []));
  if (luns.length < chosen.length) return noChange({ problems: { disks: text("parts.problem.not-unused") } });
  const added = luns.some(({ target }) => target === san?.target) ? san : null;
  const blockers = added ? typedObstacles(facts, added) : [];
  if (blockers.length > 0) return noChange({ blockers });
  const config = added ? withTarget(group.config, added) : group.config;
  const { steps, pvUuids } = addSteps({ ...group, config }, luns, added);
  const planned = changeTo([...facts.group.pvs.map(({ uuid }) => uuid), ...pvUuids], steps);
  const { wwid, target } = pinOf([...facts.luns, ...luns]);
  const isMoved = target !== pinOf(facts.luns).target;
  return {
    ...planned,
    identity: { ...planned.identity, wwid, ...(isMoved ? { target } : {}) },
    ...(added ? { config: { targets: config.targets } } : {}),
  };
}

/** What stands against taking in how large a LUN is by now; null where nothing does. */
function growthObstacle(facts: NetworkPartsFacts, lun: ShownLun, deviceSize: number): Text | null {
  const values = { wwid: lun.wwid ?? "" };
  if (lun.size < deviceSize) return text("network-lvm.parts.shrunk", values);
  return isSameEverywhere(facts, lun) ? null : text("network-lvm.parts.not-everywhere", values);
}

/** Every LUN that the array shows larger than its PV fills. */
function planGrow(group: SharedGroup, facts: NetworkPartsFacts): PartsPlan {
  const blockers: Text[] = [];
  const grown: Growth[] = [];
  for (const lun of lunsIn(facts)) {
    const { wwid, size } = lun;
    const pv = facts.group.pvs.find(({ uuid }) => wwid !== null && uuid === facts.pvOf[wwid]);
    if (!pv || wwid === null || (size === pv.deviceSize && pv.grown === 0)) continue;
    const obstacle = growthObstacle(facts, lun, pv.deviceSize);
    if (obstacle) blockers.push(obstacle);
    else grown.push({ wwid, size, uuid: pv.uuid });
  }
  if (blockers.length > 0) return noChange({ blockers });
  if (grown.length === 0) return noChange({ blockers: [text("parts.obstacle.not-grown")] });
  return changeTo(
    facts.group.pvs.map(({ uuid }) => uuid),
    growSteps(group, grown),
  );
}

/** What a change of the LUNs of a group that all nodes see comes to. Pure. */
export function planNetworkParts(context: Context, facts: NetworkPartsFacts, request: Request): PartsPlan {
  const { config, identity, owner, target, others = [] } = context;
  const obstacle = groupObstacle(config.vgName, facts.group);
  if (obstacle) return noChange({ blockers: [obstacle] });
  const { vgUuid } = networkLvmIdentity.parse(identity);
  const group: SharedGroup = { config, owner, target, others, uuid: vgUuid, wwids: wwidsOf(identity) };
  return request.verb === "add"
    ? planAdd(group, facts, request.disks, typedTarget(context.source))
    : planGrow(group, facts);
}

/** What is to be said of a target that was typed. */
function typedView({ typed, targets }: NetworkPartsFacts): { sourceProblems?: Record<string, Text> } {
  const last = targets.at(-1);
  return typed && last ? { sourceProblems: sourceProblems(last.target, last.portals) } : {};
}

/** LUNs of the group: another one, and what they have grown by on the array. */
export const networkLvmParts: PartsDriver<NetworkLvmConfig, NetworkPartsFacts, Request> = {
  verbs: ["add", "grow"],
  otherVerbs: text("network-lvm.parts.no-move"),
  facts: readNetworkPartsFacts,
  view: (facts) => ({
    disks: lunsIn(facts).map((lun) => diskOf(facts, lun)),
    parts: facts.group.pvs.map(partOf),
    ...typedView(facts),
  }),
  plan: planNetworkParts,
  source: targetForm,
};
