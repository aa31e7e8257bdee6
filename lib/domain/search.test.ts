import { expect, it } from "vitest";
import { bestFits, rankOf, searchWords } from "./search.ts";

it("each word of a search may stand anywhere, whatever its case", () => {
  expect(searchWords("  KVM-1   Fra ")).toEqual(["kvm-1", "fra"]);
  expect(rankOf(["fra", "kvm-1"], "kvm-1", "fra-kvm")).not.toBeNull();
  expect(rankOf(["kvm-1", "ams"], "kvm-1", "fra-kvm")).toBeNull();
});

it("the name itself comes first, then its beginning, then words in it; equals in natural order", () => {
  const names = ["a-kvm", "old-kvm-2", "kvm-10", "kvm-2", "kvm", "xkvm", "kvm-1"];
  expect(bestFits(names, ["kvm"], (name) => [name, ""])).toEqual([
    "kvm",
    "kvm-1",
    "kvm-2",
    "kvm-10",
    "a-kvm",
    "old-kvm-2",
    "xkvm",
  ]);
});
