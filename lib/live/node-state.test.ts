import { expect, it } from "vitest";
import type { Volume } from "../domain/drive.ts";
import { NodeState } from "./node-state.ts";

const NOTHING_KNOWN = { health: null, figures: null, disks: null, storages: new Map() };
const volume: Volume = {
  ...{ name: "dr_1", drive: "dr_1", label: "a", size: 1, used: 1 },
  ...{ isActive: false, isOpen: false, isBlanking: false },
};

it("a listing says nothing of what was made after its check began", () => {
  const state = new NodeState("nd_1", "cl_1", NOTHING_KNOWN);
  state.setStorages([{ storageId: "st_1", name: "a", isMain: true }], NOTHING_KNOWN);
  const ended = { mono: 5_000, wall: 1_000_000 };
  state.addCheck("st_1", { outcome: "ok", volumes: [volume] }, ended, 800);
  expect(state.listedVolumes(ended)).toMatchObject([{ listedAt: 999_200, ageMs: 800 }]);
});
