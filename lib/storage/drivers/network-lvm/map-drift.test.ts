import { describe, expect, it } from "vitest";
import { compareMaps, type Mapped, readMapped } from "./map-drift.ts";

const WWID = "360000000000000000e00000000010001";
const lv = (letter: string) => letter.repeat(32);
const map = (name: string, uuid: string, from: number, change: Partial<Mapped> = {}): Mapped => ({
  ...{ name, lv: uuid, isOpen: false, pieces: [{ wwid: WWID, from, sectors: 1000 }] },
  ...change,
});
const looks = (...nodes: Mapped[][]) => new Map(nodes.map((mapped, index) => [`nd_${index + 1}`, { mapped }]));
const said = (...nodes: Mapped[][]) =>
  compareMaps(looks(...nodes)).map(({ nodes: about, cause }) => [cause.reason.key.split(".").at(-1), ...about]);

describe("maps of several nodes @S28", () => {
  it("of one LV on the same sectors are no drift: it may be moved from one to the other", () => {
    expect(said([map("net0-a", lv("a"), 0)], [map("net0-a", lv("a"), 0)])).toEqual([]);
  });

  it("of different LVs on the same sectors are an alarm on both nodes, and on no third", () => {
    const found = said([map("net0-a", lv("a"), 0)], [map("net0-b", lv("b"), 999)], [map("net0-c", lv("c"), 2000)]);
    expect(found).toEqual([["same-sectors", "nd_1", "nd_2"]]);
    expect(said([map("net0-a", lv("a"), 0)], [map("net0-b", lv("b"), 1000)])).toEqual([]);
  });

  it("a long map is seen below each of many short ones", () => {
    const long = map("net0-a", lv("a"), 0, { pieces: [{ wwid: WWID, from: 0, sectors: 100_000 }] });
    const short = ["b", "c"].map((name, index) => map(`net0-${name}`, lv(name), 5_000 * (index + 1)));
    expect(said([long], short)).toHaveLength(2);
  });

  it("on different LUNs do not meet", () => {
    const other = map("net0-b", lv("b"), 0, { pieces: [{ wwid: "36other", from: 0, sectors: 1000 }] });
    expect(said([map("net0-a", lv("a"), 0)], [other])).toEqual([]);
  });

  it("of one node are LVM's own business: layers of a snapshot lie on each other", () => {
    expect(said([map("net0-a", lv("a"), 0), map("net0-b", lv("b"), 0)])).toEqual([]);
  });

  it("of an LV that is open on two nodes are an alarm, with what was seen", () => {
    const open = map("net0-a", lv("a"), 0, { isOpen: true });
    const [drift, ...rest] = compareMaps(looks([open], [open], [map("net0-a", lv("a"), 0)]));
    expect([rest, drift?.nodes, drift?.cause.reason.key]).toEqual([
      [],
      ["nd_1", "nd_2"],
      "live.network-lvm.open-twice",
    ]);
    expect(drift?.cause.output).toBe(`nd_1 net0-a ${WWID} 0 1000 open\nnd_2 net0-a ${WWID} 0 1000 open`);
  });

  it("have an id that stays as long as it lasts", () => {
    const ids = () => compareMaps(looks([map("net0-a", lv("a"), 0)], [map("net0-b", lv("b"), 0)])).map(({ id }) => id);
    expect(ids()).toEqual(ids());
  });
});

describe("what a check says of maps", () => {
  it("is read with its pieces, each layer as its LV's", () => {
    const lines = [
      `map net0-a 1 253:28 ${lv("a")}`,
      `map net0-b-real 0 253:28 ${lv("b")}-real`,
      ...[`seg net0-a ${WWID} 34816 1000`, `seg net0-a ${WWID} 90000 24`, `seg net0-b-real ${WWID} 200 8`],
    ];
    expect(readMapped(lines)).toEqual([
      {
        ...{ name: "net0-a", lv: lv("a"), isOpen: true },
        pieces: [
          { wwid: WWID, from: 34_816, sectors: 1000 },
          { wwid: WWID, from: 90_000, sectors: 24 },
        ],
      },
      { name: "net0-b-real", lv: lv("b"), isOpen: false, pieces: [{ wwid: WWID, from: 200, sectors: 8 }] },
    ]);
  });

  it.each(["map", "seg", "seg net0-x a 1 2", "map net0-a 1 x", "seg net0-a w -1 5", "seg net0-a w 1 NaN"])(
    "%s is no reason to trip",
    (line) => {
      expect(() =>
        compareMaps(new Map([["n", { mapped: readMapped([line, `map net0-a 0 x y`, line]) }]])),
      ).not.toThrow();
    },
  );
});
