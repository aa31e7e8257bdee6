import { describe, expect, it } from "vitest";
import { foundNetworkLvm } from "./found.ts";
import { gone, joinFacts, lun, portal, TARGET, WWID } from "./test-storage.ts";

describe("what a look found for the form", () => {
  it("offers targets and LUNs, each once, and says which portals are silent", () => {
    const found = foundNetworkLvm(joinFacts({ portals: [portal("a"), portal("b"), portal("c", gone("silent"))] }));
    expect(found.map(({ choice, text }) => choice?.value ?? text.key)).toEqual([
      TARGET,
      WWID,
      "network-lvm.found.silent",
    ]);
  });

  it("a LUN without a name of its own is shown, and can't be taken", () => {
    const [, one] = foundNetworkLvm(joinFacts({ portals: [portal("a", { luns: [lun(null)] })] }));
    expect(one).toMatchObject({ text: { key: "network-lvm.found.no-wwid" } });
    expect(one?.choice).toBeUndefined();
  });
});
