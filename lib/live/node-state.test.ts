import { expect, it } from "vitest";
import type { Volume } from "../domain/drive.ts";
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
