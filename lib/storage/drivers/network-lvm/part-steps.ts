import type { NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import { FILLS, type GrownPv, grownWords, resizeStep } from "../../lvm/grow-steps.ts";
import { ALL_IN, extendStep, type Group } from "../../lvm/part-steps.ts";
import { CHECK_MS, pvStep } from "../../lvm/pv-steps.ts";
import { lunPv, rescanStep, scanSteps } from "./lun-steps.ts";
import { type IscsiTarget, targetNames } from "./config.ts";
import { freeProof } from "./free-target.ts";
import { type PlacedLun, wwidsOn } from "./identity.ts";
import { remarkStep } from "./mark.ts";
import { multipathSteps } from "./multipath-steps.ts";
import type { Place } from "./place.ts";
import { readBack } from "./read-back.ts";
import { targetSteps } from "./target-steps.ts";
import { lunLink, onlyLuns } from "./wwid.ts";

/** A group that all nodes see: `target` acts, `others` see. */
export interface SharedGroup extends Place {
  others: readonly string[];
  uuid: string;
  /** WWIDs of the LUNs that it lies on. */
  wwids: readonly string[];
}

/** A LUN that it is to lie on as well. */
export type NewLun = PlacedLun & { size: number };

/** A LUN that the array has made larger, and the PV on it. */
export interface Growth {
  wwid: string;
  size: number;
  uuid: string;
}

const staged = (stage: number, steps: readonly NodeStep[]): NodeStep[] => steps.map((step) => ({ ...step, stage }));

const groupOf = ({ config, uuid, target }: SharedGroup, wwids: readonly string[]): Group => ({
  ...{ name: config.vgName, uuid, devices: onlyLuns(wwids), target },
});

/** The same place on every node. */
const everywhere = (group: SharedGroup): Place[] =>
  [group.target, ...group.others].map((target) => ({ config: group.config, owner: group.owner, target }));

/** A script that a node may need some moments to pass: what another one is just writing can make no sense to it. */
const patiently = (script: string) => `for pause in 1 2 4 0; do
  (${script}
) && exit 0
  sleep "$pause"
done
exit 1`;

/** Shows that the other nodes see what one has written. */
function seenSteps({ config, others }: SharedGroup, id: string, script: string, words: readonly string[]): NodeStep[] {
  const values = { vg: config.vgName };
  return others.map((target) => ({
    ...{ kind: "node", id, target, title: text("network-lvm.step.seen", values), isProof: true },
    command: { argv: ["sh", "-c", patiently(script), "spindle", ...words], timeoutMs: CHECK_MS },
    undo: { none: text("network-lvm.step.lun-none") },
  }));
}

/**
 * A node's system notes what is on a LUN when the LUN comes, and again when the node itself writes there. What another one
 * has written it is told: checks know a PV by its link.
 */
function notedSteps({ others }: SharedGroup, pvs: readonly { link: string; uuid: string }[]): NodeStep[] {
  return others.flatMap((target) =>
    pvs.map(
      ({ link, uuid }, index): NodeStep => ({
        ...{ kind: "node", id: `noted-${index + 1}`, target, isProof: true },
        title: text("network-lvm.step.noted", { link }),
        command: { argv: ["udevadm", "trigger", "--action=change", "--settle", link], timeoutMs: CHECK_MS },
        alreadyDone: { command: { argv: ["test", "-b", `/dev/disk/by-id/lvm-pv-uuid-${uuid}`] } },
        isReadBack: true,
        undo: { none: text("network-lvm.step.lun-none") },
      }),
    ),
  );
}

/** What a node writes down of its LUNs, and how it gets at one more, before anything of it is written. */
function reachMore(
  place: Place,
  wwids: readonly string[],
  luns: readonly NewLun[],
  added: IscsiTarget | null,
): NodeStep[] {
  const { config, owner, target } = place;
  const targets = targetNames(config);
  const from = { targets: targets.filter((name) => name !== added?.target), wwids };
  const mark = remarkStep(target, owner, from, { targets, wwids: [...wwids, ...luns.map(({ wwid }) => wwid)] });
  const fresh = luns.filter((lun) => lun.target === added?.target);
  const known = luns.filter((lun) => !fresh.includes(lun));
  return [
    ...(added ? [{ ...mark, ...freeProof(added.target) }] : [mark]),
    ...known.flatMap((lun) => [...multipathSteps(place, lun.wwid), ...scanSteps(place, lun, lun.size)]),
    // multipath has them before the first login shows them.
    ...fresh.flatMap((lun) => multipathSteps(place, lun.wwid)),
    ...(added ? targetSteps(place, added, wwidsOn(fresh, added.target)) : []),
    ...fresh.flatMap((lun) => scanSteps(place, lun, lun.size)),
  ];
}

/**
 * More LUNs, of targets that the storage has and of one that is new to it (`added`, in the config already): every node sees
 * each of them, then one makes PVs and adds them, once, then the others see the group as it is.
 */
export function addSteps(
  group: SharedGroup,
  luns: readonly NewLun[],
  added: IscsiTarget | null,
): { steps: NodeStep[]; pvUuids: string[] } {
  const pvs = luns.map(({ wwid, size }) => lunPv(group, wwid, size));
  const pvUuids = pvs.map(({ uuid }) => uuid);
  const made = pvs.map((pv, index) => pvStep(group.target, pv, index));
  const devices = ["--readonly", ...onlyLuns([...group.wwids, ...luns.map(({ wwid }) => wwid)])];
  const words = [group.uuid, String(pvUuids.length), ...pvUuids, ...devices];
  return {
    pvUuids,
    steps: [
      ...everywhere(group).flatMap((place) => reachMore(place, group.wwids, luns, added)),
      ...staged(1, readBack([...made, extendStep(groupOf(group, group.wwids), pvs)])),
      ...staged(2, [...notedSteps(group, pvs), ...seenSteps(group, "seen", ALL_IN, words)]),
    ],
  };
}

/**
 * LUNs that have grown on the array: every node asks each path for its size and makes multipath's device as large; then one
 * takes it into the PV, once; then the others see the PV fill it.
 */
export function growSteps(group: SharedGroup, grown: readonly Growth[]): NodeStep[] {
  const own = groupOf(group, group.wwids);
  const pvOf = ({ wwid, size, uuid }: Growth): GrownPv => ({ uuid, link: lunLink(wwid), size });
  return [
    ...everywhere(group).flatMap((place) => grown.map(({ wwid, size }) => rescanStep(place, wwid, size))),
    ...staged(1, readBack(grown.map((one) => resizeStep(own, pvOf(one), `resize-${one.wwid}`)))),
    ...staged(
      2,
      grown.flatMap((one) => seenSteps(group, `seen-${one.wwid}`, FILLS, grownWords(own, pvOf(one)))),
    ),
  ];
}
