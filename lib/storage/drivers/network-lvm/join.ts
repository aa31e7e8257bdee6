import type { NodeStep } from "../../../domain/plan.ts";
import type { PreflightRow } from "../../../domain/preflight.ts";
import { text } from "../../../domain/text.ts";
import type { JoinContext, JoinPlan, SharedPart } from "../../contract.ts";
import { fileSystemId } from "../../directories.ts";
import { makeGroupSteps, UUID_STEP, uuidStep } from "../../lvm/make-group.ts";
import type { FoundGroup } from "../../lvm/metadata.ts";
import { tagStep } from "../../lvm/steps.ts";
import { restSteps } from "./adopt.ts";
import { type NetworkLvmConfig, targetNames, targetsOf } from "./config.ts";
import { contentsRow } from "./contents-row.ts";
import type { NetworkLvmFacts, TargetFacts } from "./facts.ts";
import { lunsOf, type NetworkLvmIdentity, networkLvmIdentity, pinOf, type PlacedLun, wwidsOn } from "./identity.ts";
import type { LunLook } from "./look.ts";
import { lunPv, lunStep, scanSteps } from "./lun-steps.ts";
import { markStep } from "./mark.ts";
import { multipathSteps } from "./multipath-steps.ts";
import { type Place, suffixOf, targetSuffix } from "./place.ts";
import { readBack } from "./read-back.ts";
import { initiatorRow, lunRow, ownRow, portalsRow } from "./rows.ts";
import { targetSteps } from "./target-steps.ts";
import { onlyLuns } from "./wwid.ts";

type Context = JoinContext<NetworkLvmConfig>;

/** Alone where nothing says that it is not: as in a preview. */
const ALONE: SharedPart = { isFirst: true, pinned: null, others: [] };

/** A LUN as the first portal of its target that has it shows it. */
function lunIn(facts: Pick<TargetFacts, "portals">, wwid: string): LunLook | null {
  return facts.portals.flatMap(({ luns }) => luns ?? []).find((lun) => lun.wwid === wwid) ?? null;
}

/** The group that lies on the LUN already, to be taken over as it is where the rows let it; none where the storage is pinned to its own. */
function adoptedGroup(context: Context, { contents }: NetworkLvmFacts): FoundGroup | null {
  return contents?.kind === "group" && context.shared?.pinned == null ? contents.group : null;
}

/** PV and VG, made once or taken over; the last step says which UUID the group has. */
function onceSteps(place: Place, group: FoundGroup | null, size: number): NodeStep[] {
  const { config, owner, target } = place;
  const devices = onlyLuns([config.wwid]);
  if (!group) {
    // No node switches on by itself what all of them see.
    return makeGroupSteps(target, config.vgName, owner, [lunPv(place, config.wwid, size)], ["--setautoactivation", "n"])
      .steps;
  }
  return [
    ...restSteps(target, group, devices),
    tagStep(target, group, config.vgName, owner, devices),
    uuidStep(target, config.vgName, owner, devices),
  ];
}

/** Its LUNs: that of the form first, then those that the storage was given since. */
type Sized = PlacedLun & { size: number };

function reachSteps(place: Place, luns: readonly [Sized, ...Sized[]]): NodeStep[] {
  const { config, owner, target } = place;
  const [first, ...more] = luns;
  const [own, ...others] = targetsOf(config);
  const wwids = luns.map(({ wwid }) => wwid);
  return [
    markStep(target, owner, { targets: targetNames(config), wwids }),
    ...wwids.flatMap((wwid) => multipathSteps(place, wwid)),
    ...targetSteps(place, own, [first.wwid]),
    lunStep(place, first.wwid, first.size),
    ...others.flatMap((san) => targetSteps(place, san, wwidsOn(luns, san.target))),
    ...more.flatMap((lun) => scanSteps(place, lun, lun.size)),
  ];
}

/**
 * The first node logs in, and makes the group or takes it over; then the others log in and see it: none of them ever meets
 * a group that is not ready for being shared.
 */
function joinSteps(
  place: Place,
  { isFirst, pinned }: SharedPart,
  group: FoundGroup | null,
  luns: readonly [Sized, ...Sized[]],
): NodeStep[] {
  const { config, owner, target } = place;
  const reach = reachSteps(place, luns);
  if (isFirst) return [...reach, ...readBack(onceSteps(place, group, luns[0].size))];
  const steps = [...reach, uuidStep(target, config.vgName, owner, onlyLuns(luns.map(({ wwid }) => wwid)))];
  return pinned ? steps : steps.map((step) => ({ ...step, stage: 1 }));
}

/** What is known of the storage before anything runs; the group's UUID comes with the step that makes or sees it. */
function identityOf(context: Context, facts: NetworkLvmFacts, size: number): NetworkLvmIdentity {
  const { config, owner, target, shared } = context;
  const pinned = shared?.pinned ? networkLvmIdentity.parse(shared.pinned) : null;
  const group = adoptedGroup(context, facts);
  const made = lunPv({ config, owner, target }, config.wwid, size).uuid;
  return {
    ...pinOf(lunsIn(context)),
    vgUuid: "",
    pvUuids: pinned?.pvUuids ?? group?.pvUuids.join(",") ?? made,
    ...{ imageFs: fileSystemId(facts.image), shareFs: fileSystemId(facts.share) },
  };
}

/** Its LUNs: those that are pinned, where a node joins later. */
const lunsIn = ({ config, shared }: Context): PlacedLun[] =>
  shared?.pinned ? lunsOf(shared.pinned) : [{ wwid: config.wwid, target: config.target }];

/** The LUNs, and the group that is there: an array's copy of a LUN has another name and the same group. */
function usesOf(context: Context, facts: NetworkLvmFacts): JoinPlan["uses"] {
  const group = adoptedGroup(context, facts);
  const luns = lunsIn(context).map(
    ({ wwid, target }) => ({ what: "thing", scope: "lun", value: wwid, label: `${target} ${wwid}` }) as const,
  );
  if (!group) return luns;
  return [...luns, { what: "thing", scope: "volume-group", value: group.uuid, label: `${group.name} (${group.uuid})` }];
}

/** What was found of one of its targets: nothing where it was not looked at. */
function factsOn({ config }: Context, facts: NetworkLvmFacts, target: string): TargetFacts {
  const isMore = targetNames(config).indexOf(target) > 0;
  return isMore ? (facts.more?.[target] ?? { node: facts.node, portals: [] }) : facts;
}

/** One row of a target and LUNs on it, beside those of the others. */
const behind = (row: PreflightRow, suffix: string): PreflightRow => ({ ...row, id: row.id + suffix });

/** What a Network LVM storage needs of a node, and what would run there. Pure. */
export function joinNetworkLvm(context: Context, facts: NetworkLvmFacts): JoinPlan {
  const { config, owner, target } = context;
  const part = context.shared ?? ALONE;
  const targets = targetsOf(config).map((san) => ({
    ...{ san, suffix: targetSuffix(context, san), found: factsOn(context, facts, san.target) },
  }));
  const looked = lunsIn(context).map((placed) => {
    const found = factsOn(context, facts, placed.target);
    return { placed, found, lun: lunIn(found, placed.wwid) };
  });
  const [first, ...more] = looked.flatMap(({ placed, lun }) => (lun ? [{ ...placed, size: lun.size }] : []));
  const rows: PreflightRow[] = [
    ...targets.map(({ san, suffix, found }) => behind(portalsRow(san, found), suffix)),
    ...looked.map(({ placed, found, lun }) => behind(lunRow(placed, found, lun), suffixOf(context, placed.wwid))),
    ...(looked[0]?.lun ? [contentsRow(context, part, facts)] : []),
    initiatorRow(facts, part.others as readonly { label: string; facts: NetworkLvmFacts }[]),
    ...targets.map(({ san, suffix, found }) => behind(ownRow(context, san, found), suffix)),
  ];
  const uses = usesOf(context, facts);
  if (!first || rows.some(({ state }) => state === "fail")) return { rows, steps: [], identity: null, notes: [], uses };
  const place: Place = { config, owner, target };
  return {
    rows,
    steps: joinSteps(place, part, adoptedGroup(context, facts), [first, ...more]),
    identity: identityOf(context, facts, first.size),
    late: { step: UUID_STEP, fields: ["vgUuid"] },
    notes: [text("network-lvm.note.boot"), text("network-lvm.note.multipath", { wwid: config.wwid })],
    uses,
  };
}

/** The steps as far as they are known without a node: how large the LUN is comes with the look. */
export function previewNetworkLvm({ config, owner, target }: Context): { steps: NodeStep[]; notes: JoinPlan["notes"] } {
  const steps = joinSteps({ config, owner, target }, ALONE, null, [
    { wwid: config.wwid, target: config.target, size: 0 },
  ]);
  return { steps, notes: [text("network-lvm.note.preview", { vg: config.vgName })] };
}
