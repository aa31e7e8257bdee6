import type { NodeStep } from "../../../domain/plan.ts";
import type { PreflightRow } from "../../../domain/preflight.ts";
import { text } from "../../../domain/text.ts";
import type { JoinContext, JoinPlan, SharedPart } from "../../contract.ts";
import { fileSystemId } from "../../directories.ts";
import { makeGroupSteps, UUID_STEP, uuidStep } from "../../lvm/make-group.ts";
import type { FoundGroup } from "../../lvm/metadata.ts";
import { tagStep } from "../../lvm/steps.ts";
import { restSteps } from "./adopt.ts";
import type { NetworkLvmConfig } from "./config.ts";
import { contentsRow } from "./contents-row.ts";
import type { NetworkLvmFacts } from "./facts.ts";
import { type NetworkLvmIdentity, networkLvmIdentity, wwidsOf } from "./identity.ts";
import type { LunLook } from "./look.ts";
import { logInStep, lunPv, lunStep, recordSteps, scanSteps } from "./lun-steps.ts";
import { markStep } from "./mark.ts";
import { multipathSteps } from "./multipath-steps.ts";
import { type Place, suffixOf } from "./place.ts";
import { readBack } from "./read-back.ts";
import { reloginSteps } from "./relogin.ts";
import { initiatorRow, lunRow, ownRow, portalsRow } from "./rows.ts";
import { onlyLuns } from "./wwid.ts";

type Context = JoinContext<NetworkLvmConfig>;

/** Alone where nothing says that it is not: as in a preview. */
const ALONE: SharedPart = { isFirst: true, pinned: null, others: [] };

/** A LUN as the first portal that has it shows it. */
export function lunIn(facts: Pick<NetworkLvmFacts, "portals">, wwid: string): LunLook | null {
  return facts.portals.flatMap(({ luns }) => luns ?? []).find((lun) => lun.wwid === wwid) ?? null;
}

/** Whether the group on the LUN is to be taken over as it is: it is the storage's own already, or was chosen. */
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
type Sized = { wwid: string; size: number };

function reachSteps(place: Place, luns: readonly [Sized, ...Sized[]]): NodeStep[] {
  const { config, owner, target } = place;
  const [first, ...more] = luns;
  const wwids = luns.map(({ wwid }) => wwid);
  return [
    markStep(target, owner, { target: config.target, wwids }),
    ...wwids.flatMap((wwid) => multipathSteps(place, wwid)),
    ...recordSteps(place),
    logInStep(place),
    ...reloginSteps(place),
    lunStep(place, first.wwid, first.size),
    ...more.flatMap(({ wwid, size }) => scanSteps(place, wwid, size)),
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
    ...{ wwid: pinned?.wwid ?? config.wwid, target: config.target },
    vgUuid: "",
    pvUuids: pinned?.pvUuids ?? group?.pvUuids.join(",") ?? made,
    ...{ imageFs: fileSystemId(facts.image), shareFs: fileSystemId(facts.share) },
  };
}

/** WWIDs of its LUNs: those that are pinned, where a node joins later. */
const wwidsIn = ({ config, shared }: Context): string[] => (shared?.pinned ? wwidsOf(shared.pinned) : [config.wwid]);

/** The LUNs, and the group that is there: an array's copy of a LUN has another name and the same group. */
function usesOf(context: Context, facts: NetworkLvmFacts): JoinPlan["uses"] {
  const { target } = context.config;
  const group = adoptedGroup(context, facts);
  const luns = wwidsIn(context).map(
    (wwid) => ({ what: "thing", scope: "lun", value: wwid, label: `${target} ${wwid}` }) as const,
  );
  if (!group) return luns;
  return [...luns, { what: "thing", scope: "volume-group", value: group.uuid, label: `${group.name} (${group.uuid})` }];
}

/** What a Network LVM storage needs of a node, and what would run there. Pure. */
export function joinNetworkLvm(context: Context, facts: NetworkLvmFacts): JoinPlan {
  const { config, owner, target } = context;
  const part = context.shared ?? ALONE;
  const looked = wwidsIn(context).map((wwid) => ({ wwid, lun: lunIn(facts, wwid) }));
  const [first, ...more] = looked.flatMap(({ wwid, lun }) => (lun ? [{ wwid, size: lun.size }] : []));
  const rows: PreflightRow[] = [
    portalsRow(config, facts),
    ...looked.map(({ wwid, lun }) => ({ ...lunRow({ wwid }, facts, lun), id: `lun${suffixOf(context, wwid)}` })),
    ...(looked[0]?.lun ? [contentsRow(context, part, facts)] : []),
    initiatorRow(facts, part.others as readonly { label: string; facts: NetworkLvmFacts }[]),
    ownRow(context, facts),
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
  const steps = joinSteps({ config, owner, target }, ALONE, null, [{ wwid: config.wwid, size: 0 }]);
  return { steps, notes: [text("network-lvm.note.preview", { vg: config.vgName })] };
}
