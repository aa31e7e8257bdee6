import { partObstacle } from "../../../domain/parts.ts";
import type { PartsRequest } from "../../../domain/parts-request.ts";
import { type Text, text } from "../../../domain/text.ts";
import { formatBytes } from "../../../domain/units.ts";
import type { PartsContext, PartsDriver, PartsPlan } from "../../contract.ts";
import { diskView, isUnused, type UnusedDisk } from "../../disks.ts";
import type { LvmConfig } from "./config.ts";
import { lvmIdentity } from "../../lvm/identity.ts";
import { extendStep, type Group, moveStep, removeSteps } from "./part-steps.ts";
import { type PartsFacts, partOf, type PvFacts, readPartsFacts } from "./parts-facts.ts";
import { newPvs, pvStep } from "../../lvm/pv-steps.ts";
import { stateObstacle } from "../../lvm/state.ts";

type Context = PartsContext<LvmConfig>;
type Planned = Pick<PartsPlan, "problems" | "blockers" | "steps" | "notes"> & { pvUuids: readonly string[] };

/** Why the VG takes no change at all now; null when it does. */
function groupObstacle({ config }: Context, { group, systemId }: PartsFacts): Text | null {
  const values = { vg: config.vgName };
  if (group?.name !== config.vgName) return text("lvm.parts.gone", values);
  const state = stateObstacle(group, systemId);
  return state && text(`lvm.parts.state.${state}`, values);
}

const nothing = (pvUuids: readonly string[], part: Partial<Planned>): Planned => ({
  ...{ problems: {}, blockers: [], steps: [], notes: [], pvUuids },
  ...part,
});

function planAdd(context: Context, facts: PartsFacts, group: Group, disks: readonly string[]): Planned {
  const unused = facts.disks.filter(isUnused);
  const chosen = [...new Set(disks)].map((link) => unused.find((disk) => disk.link === link));
  const found = chosen.filter((disk): disk is UnusedDisk => disk !== undefined);
  if (found.length < chosen.length)
    return nothing(group.pvUuids, { problems: { disks: text("parts.problem.not-unused") } });
  const pvs = newPvs(context.owner.storageId, context.target, found);
  const steps = [...pvs.map((pv, index) => pvStep(context.target, pv, index)), extendStep(group, pvs)];
  return nothing([...group.pvUuids, ...pvs.map(({ uuid }) => uuid)], { steps });
}

/** Whether the other PVs have room for what is on one of them. A move that was cut short has its room already. */
function roomProblem(facts: PartsFacts, pv: PvFacts): Text | null {
  const others = facts.pvs.filter(({ uuid, isMissing }) => uuid !== pv.uuid && !isMissing);
  const free = others.reduce((sum, { size, used }) => sum + size - used, 0);
  if (facts.isMoving || free >= pv.used) return null;
  return text("lvm.parts.no-room", { pv: pv.device, used: formatBytes(pv.used), free: formatBytes(free) });
}

function planPart(facts: PartsFacts, group: Group, request: Exclude<PartsRequest, { verb: "add" }>): Planned {
  const pv = facts.pvs.find(({ uuid }) => uuid === request.part);
  if (!pv) return nothing(group.pvUuids, { blockers: [text("parts.obstacle.gone")] });
  const obstacle = partObstacle(request.verb, partOf(pv), facts.pvs.map(partOf));
  if (obstacle) return nothing(group.pvUuids, { blockers: [obstacle] });
  const others = group.pvUuids.filter((uuid) => uuid !== pv.uuid);
  const removal = removeSteps(group, pv.uuid, pv.device);
  if (request.verb === "remove") return nothing(others, { steps: removal });
  const problem = roomProblem(facts, pv);
  if (problem) return nothing(group.pvUuids, { blockers: [problem] });
  const notes = [text("lvm.parts.note.online"), ...(facts.isMoving ? [text("lvm.parts.note.resumes")] : [])];
  const move = moveStep(group, pv.uuid, pv.device, pv.used);
  return request.andRemove
    ? nothing(others, { steps: [move, ...removal], notes })
    : nothing(group.pvUuids, { steps: [move], notes });
}

/** What a change of a VG's PVs comes to, from what was found. Pure. */
export function planLvmParts(context: Context, facts: PartsFacts, request: PartsRequest): PartsPlan {
  const identity = lvmIdentity.parse(context.identity);
  const pvUuids = facts.pvs.map(({ uuid }) => uuid);
  const group: Group = { name: context.config.vgName, uuid: identity.vgUuid, pvUuids, target: context.target };
  const obstacle = groupObstacle(context, facts);
  const planned = obstacle
    ? nothing(pvUuids, { blockers: [obstacle] })
    : request.verb === "add"
      ? planAdd(context, facts, group, request.disks)
      : planPart(facts, group, request);
  const { pvUuids: after, ...rest } = planned;
  return { ...rest, identity: { ...identity, pvUuids: after.join(",") } };
}

/** PVs of the VG: another disk, everything off one, an empty one out. */
export const lvmParts: PartsDriver<LvmConfig, PartsFacts> = {
  facts: readPartsFacts,
  view: ({ disks, pvs }) => ({ disks: disks.map(diskView), parts: pvs.map(partOf) }),
  plan: planLvmParts,
};
