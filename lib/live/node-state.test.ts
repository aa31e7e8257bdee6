import { expect, it } from "vitest";
import type { Volume } from "../domain/drive.ts";
import { text } from "../domain/text.ts";
import { NodeState } from "./node-state.ts";

const NOTHING_KNOWN = { health: null, figures: null, disks: null, storages: new Map() };
const volume: Volume = {
  ...{ name: "dr_1", drive: "dr_1", label: "a", size: 1, used: 1 },
  ...{ isActive: false, isOpen: false, isBlanking: false, isWiping: false },
};

it("a listing says nothing of what was made after its check began", () => {
  const state = new NodeState("nd_1", "cl_1", NOTHING_KNOWN);
  state.setStorages([{ storageId: "st_1", name: "a", isMain: true }], NOTHING_KNOWN);
  const ended = { mono: 5_000, wall: 1_000_000 };
  state.addCheck("st_1", { outcome: "ok", volumes: [volume] }, ended, 4_200);
  expect(state.listedVolumes(ended)).toMatchObject([{ listedAt: 999_200, ageMs: 800 }]);
});

it("a listing that is the same is news once volumes were changed before it began", () => {
  const state = new NodeState("nd_1", "cl_1", NOTHING_KNOWN);
  state.setStorages([{ storageId: "st_1", name: "a", isMain: true }], NOTHING_KNOWN);
  const list = (ended: number, begun: number) => {
    state.addCheck("st_1", { outcome: "ok", volumes: [volume] }, { mono: ended, wall: ended }, begun);
    return state.takeVolumesNew();
  };
  expect([list(1_000, 900), list(2_000, 1_900)]).toEqual([true, false]);
  state.awaitVolumes("st_1", 2_500);
  expect([list(3_000, 2_400), list(4_000, 3_900), list(5_000, 4_900)]).toEqual([false, true, false]);
});

it("disks with faults are part of what every page has of a node, from before the panel's start on @P03", () => {
  const smart = { temperature: null, powerOnHours: null, reallocated: 0, pending: 4, wear: null, mediaErrors: null };
  const disk = {
    ...{ name: "sda", byId: null, model: null, serial: null, size: 1, rotational: true, transport: null, uses: [] },
    smart: { ...smart, health: "passed" as const, reason: null },
  };
  const at = { mono: 5_000, wall: 1_000_000 };
  const disks = { value: { hasSmartctl: true, disks: [disk] }, at };
  const state = new NodeState("nd_1", "cl_1", { ...NOTHING_KNOWN, disks });
  expect(state.view(at).diskFaults).toMatchObject([{ isFailing: false, text: { key: "live.disk.pending" } }]);
  state.addDisks({ report: { hasSmartctl: true, disks: [] } }, at);
  expect(state.view(at).diskFaults).toEqual([]);
});

it("an alarm degrades a storage that is well by itself, names itself on its node, and hides no loss @S28", () => {
  const at = { mono: 5_000, wall: 1_000_000 };
  const alarm = { reason: text("live.network-lvm.open-twice", { maps: "net0-a" }), command: "", output: "" };
  const state = new NodeState("nd_1", "cl_1", NOTHING_KNOWN);
  state.setStorages([{ storageId: "st_1", name: "a", isMain: false }], NOTHING_KNOWN);
  state.setLink({ state: "live" }, at);
  for (const mono of [1_000, 2_000, 3_000]) state.addCheck("st_1", { outcome: "ok" }, { mono, wall: 1 });
  state.settle(at);
  expect(state.setAlarm("st_1", alarm)).toBe(true);
  expect(state.setAlarm("st_1", { ...alarm })).toBe(false);
  expect(state.view(at)).toMatchObject({ warnings: [alarm.reason], storages: [{ status: "degraded", cause: alarm }] });
  for (const mono of [4_000, 4_500]) state.addCheck("st_1", { outcome: "failed" }, { mono, wall: 1 });
  expect(state.view(at).storages[0]?.status).toBe("lost");
  expect(state.setAlarm("st_1", null)).toBe(true);
  expect(state.view(at).storages[0]?.cause).toBeNull();
});

it("what a failed check could still tell takes the place of its own part alone", () => {
  const at = { mono: 5_000, wall: 1_000_000 };
  const state = new NodeState("nd_1", "cl_1", NOTHING_KNOWN);
  state.setStorages([{ storageId: "st_1", name: "a", isMain: false }], NOTHING_KNOWN);
  state.addCheck("st_1", { outcome: "ok", details: { san: "up", vg: "v", staleMaps: ["m"] } }, at);
  state.addCheck("st_1", { outcome: "failed", details: { san: "down" } }, at);
  expect(state.details()).toEqual({ st_1: { san: "down", vg: "v", staleMaps: ["m"] } });
  state.addCheck("st_1", { outcome: "ok", details: { san: "up", vg: "w" } }, at);
  expect(state.details()).toEqual({ st_1: { san: "up", vg: "w" } });
  state.addCheck("st_1", { outcome: "late" }, at);
  expect(state.details(), "one that tells nothing takes nothing away").toEqual({ st_1: { san: "up", vg: "w" } });
});
