import { expect, it } from "vitest";
import type { Volume } from "../../domain/drive.ts";
import { Found } from "./found.ts";

const place = { nodeId: "nd_1", storageId: "st_1", listedAt: 0, ageMs: 0 };
const base = { label: null, size: null, isActive: false, isOpen: false, isBlanking: false, isWiping: false };
const volume = (drive: string | null, used: number): Volume => ({ ...base, name: `${drive}.qcow2`, drive, used });

it("finds the volume of a drive where it was listed, of two with one mark the first", () => {
  const found = new Found([{ ...place, volumes: [volume(null, 0), volume("dr_1", 1), volume("dr_1", 2)] }]);
  expect(found.volume("nd_1", "st_1", "dr_1")?.used).toBe(1);
  expect(found.volume("nd_1", "st_1", "dr_2")).toBeUndefined();
  expect(found.volume("nd_2", "st_1", "dr_1")).toBeUndefined();
  expect(found.volume("nd_1", "st_2", "dr_1")).toBeUndefined();
  expect(found.listings("st_1")).toHaveLength(1);
  expect(found.listings("st_2")).toEqual([]);
});

it("looks at each of ten thousand volumes once for all of their drives, not once for each @S01", () => {
  let looks = 0;
  const volumes = Array.from({ length: 10_000 }, (_, index) => {
    const look = () => {
      looks += 1;
      return `dr_${index}`;
    };
    return Object.defineProperty(volume(null, index), "drive", { get: look });
  });
  for (const found of [new Found([{ ...place, volumes }]), new Found([{ ...place, ageMs: 500, volumes }])])
    for (const { used } of volumes) {
      expect(found.volume("nd_1", "st_1", `dr_${used}`)?.used).toBe(used);
      // Here, so that it fails soon.
      expect(looks).toBeLessThan(volumes.length * 5);
    }
});

it("a drive that all nodes see is looked up once, switched on and in use wherever it is", () => {
  const on = (nodeId: string, ageMs: number, change: Partial<Volume>) => ({
    ...{ ...place, nodeId, ageMs },
    volumes: [{ ...volume("dr_1", ageMs), ...change }],
  });
  const found = new Found([
    on("nd_1", 900, { isActive: true, isOpen: true }),
    on("nd_2", 100, {}),
    on("nd_3", 500, {}),
  ]);
  expect(found.listed(null, "st_1")?.nodeId).toBe("nd_2");
  expect(found.volume(null, "st_1", "dr_1")).toMatchObject({
    ...{ used: 100, isActive: true, isOpen: true },
    activeOn: ["nd_1"],
  });
  expect(found.activeOn("st_1", "dr_1")).toEqual(["nd_1"]);
  expect(found.volume("nd_2", "st_1", "dr_1")).toMatchObject({ isActive: false });
  expect(found.listed(null, "st_2")).toBeUndefined();
  expect(found.activeOn("st_1", "dr_2")).toEqual([]);
});
