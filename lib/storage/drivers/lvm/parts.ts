import { PARTS_VERBS, partObstacle } from "../../../domain/parts.ts";
import type { PartsRequest } from "../../../domain/parts-request.ts";
import { type Text, text } from "../../../domain/text.ts";
import { formatBytes } from "../../../domain/units.ts";
import type { PartsContext, PartsDriver, PartsPlan, Reader } from "../../contract.ts";
import { type Disk, disksCommand, diskView, isUnused, readDisks, type UnusedDisk } from "../../disks.ts";
import { resizeStep } from "../../lvm/grow-steps.ts";
import { lvmIdentity } from "../../lvm/identity.ts";
import { extendStep, type Group, moveStep, removeSteps } from "../../lvm/part-steps.ts";
import { type GroupFacts, partOf, type PvFacts, readGroupFacts } from "../../lvm/parts-facts.ts";
import { changeTo, groupObstacle, noChange } from "../../lvm/parts-plan.ts";
import { newPvs, pvStep } from "../../lvm/pv-steps.ts";
import { pvUuidsOf } from "../../lvm/pvs.ts";
import { onlyDevices, pvLink } from "../../lvm/steps.ts";
import type { LvmConfig } from "./config.ts";

type Context = PartsContext<LvmConfig>;

/** A VG with its PVs as they are now, and the node's disks. */
export interface PartsFacts extends GroupFacts {
  disks: Disk[];
}

async function readPartsFacts(read: Reader, { identity, details }: Context): Promise<PartsFacts> {
  const { vgUuid } = lvmIdentity.parse(identity);
  const report = await readGroupFacts(read, vgUuid, onlyDevices(pvUuidsOf(identity, details)));
  return { ...report, disks: readDisks((await read(disksCommand())).stdout) };
}

const uuidsOf = ({ pvs }: GroupFacts) => pvs.map(({ uuid }) => uuid);

function planAdd(context: Context, facts: PartsFacts, group: Group, disks: readonly string[]): PartsPlan {
  const unused = facts.disks.filter(isUnused);
  const chosen = [...new Set(disks)].map((link) => unused.find((disk) => disk.link === link));
  const found = chosen.filter((disk): disk is UnusedDisk => disk !== undefined);
  if (found.length < chosen.length) return noChange({ problems: { disks: text("parts.problem.not-unused") } });
  const pvs = newPvs(context.owner.storageId, context.target, found);
  const steps = [...pvs.map((pv, index) => pvStep(context.target, pv, index)), extendStep(group, pvs)];
  return changeTo([...uuidsOf(facts), ...pvs.map(({ uuid }) => uuid)], steps);
}

/** Every PV whose disk or partition is larger by now than when it was made. */
function planGrow(facts: PartsFacts, group: Group): PartsPlan {
  const grown = facts.pvs.filter((pv) => pv.grown > 0 && !pv.isMissing);
  if (grown.length === 0) return noChange({ blockers: [text("parts.obstacle.not-grown")] });
  const steps = grown.map(({ uuid, deviceSize: size }, index) =>
    resizeStep(group, { uuid, link: pvLink(uuid), size }, `resize-${index + 1}`),
  );
  return changeTo(uuidsOf(facts), steps);
}

/** Whether the other PVs have room for what is on one of them. A move that was cut short has its room already. */
function roomProblem(facts: PartsFacts, pv: PvFacts): Text | null {
  const others = facts.pvs.filter(({ uuid, isMissing }) => uuid !== pv.uuid && !isMissing);
  const free = others.reduce((sum, { size, used }) => sum + size - used, 0);
  if (facts.isMoving || free >= pv.used) return null;
  return text("lvm.parts.no-room", { pv: pv.device, used: formatBytes(pv.used), free: formatBytes(free) });
}

function planPart(facts: PartsFacts, group: Group, request: Extract<PartsRequest, { part: string }>): PartsPlan {
  const pv = facts.pvs.find(({ uuid }) => uuid === request.part);
  if (!pv) return noChange({ blockers: [text("parts.obstacle.gone")] });
  const obstacle = partObstacle(request.verb, partOf(pv), facts.pvs.map(partOf));
  if (obstacle) return noChange({ blockers: [obstacle] });
  const others = uuidsOf(facts).filter((uuid) => uuid !== pv.uuid);
  const removal = removeSteps(group, pv.uuid, pv.device);
  if (request.verb === "remove") return changeTo(others, removal);
  const problem = roomProblem(facts, pv);
  if (problem) return noChange({ blockers: [problem] });
  const notes = [text("lvm.parts.note.online"), ...(facts.isMoving ? [text("lvm.parts.note.resumes")] : [])];
  const move = moveStep(group, pv.uuid, pv.device, pv.used);
  return request.andRemove ? changeTo(others, [move, ...removal], notes) : changeTo(uuidsOf(facts), [move], notes);
}

/** What a change of a VG's PVs comes to, from what was found. Pure. */
export function planLvmParts(context: Context, facts: PartsFacts, request: PartsRequest): PartsPlan {
  const { config, identity, target } = context;
  const { vgUuid } = lvmIdentity.parse(identity);
  const obstacle = groupObstacle(config.vgName, facts);
  if (obstacle) return noChange({ blockers: [obstacle] });
  const group: Group = { name: config.vgName, uuid: vgUuid, devices: onlyDevices(uuidsOf(facts)), target };
  if (request.verb === "add") return planAdd(context, facts, group, request.disks);
  return request.verb === "grow" ? planGrow(facts, group) : planPart(facts, group, request);
}

/** PVs of the VG: another disk, everything off one, an empty one out. */
export const lvmParts: PartsDriver<LvmConfig, PartsFacts> = {
  verbs: PARTS_VERBS,
  facts: readPartsFacts,
  view: ({ disks, pvs }) => ({ disks: disks.map(diskView), parts: pvs.map(partOf) }),
  plan: planLvmParts,
};
