import { describe, expect, it } from "vitest";
import { lunsOf, pinOf, wwidsOn } from "./identity.ts";

const pinned = (wwid: string, target: string) => ({
  ...{ vgUuid: "VG", pvUuids: "P", imageFs: "", shareFs: "", wwid, target },
});

describe("which target a LUN lies on", () => {
  it.each([
    ["one LUN", "a", "iqn.1", [["a", "iqn.1"]]],
    [
      "several of one target, as storages of one target have always been pinned",
      "a,b",
      "iqn.1",
      [
        ["a", "iqn.1"],
        ["b", "iqn.1"],
      ],
    ],
    [
      "several of two",
      "a,b,c",
      "iqn.1,iqn.2,iqn.1",
      [
        ["a", "iqn.1"],
        ["b", "iqn.2"],
        ["c", "iqn.1"],
      ],
    ],
  ])("%s", (_what, wwid, target, luns) => {
    const read = lunsOf(pinned(wwid, target));
    expect(read.map((lun) => [lun.wwid, lun.target])).toEqual(luns);
    expect(pinOf(read)).toEqual({ wwid, target });
  });

  it("those of one of them", () => {
    expect(wwidsOn(lunsOf(pinned("a,b,c", "iqn.1,iqn.2,iqn.1")), "iqn.1")).toEqual(["a", "c"]);
  });
});
