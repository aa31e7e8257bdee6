import { describe, expect, it } from "vitest";
import { HOSTILE_STRINGS } from "./hostile-strings.ts";
import { asLookedFor, isStorable, unstorableIn } from "./storable.ts";

const UNSTORABLE = ["\0", "nul\0character", "\uD800", "half \uDE00 of it"];

describe("what a row can bear", () => {
  it.each(UNSTORABLE.map((value) => JSON.stringify(value)))("%s it can not", (json) => {
    const value = JSON.parse(json) as string;
    expect(isStorable(value)).toBe(false);
    expect(isStorable(asLookedFor(value))).toBe(true);
    expect(asLookedFor(value)).toContain("\uFFFD");
  });

  it("everything else is looked for as it was typed", () => {
    for (const value of HOSTILE_STRINGS.filter(isStorable)) expect(asLookedFor(value)).toBe(value);
    expect(isStorable("\u{1F600}")).toBe(true);
  });

  it("is named by its field, however deep; names count as well", () => {
    const value = { a: "x", b: ["y", "\0"], c: { d: "\uD800", e: 1, f: null }, "\0": 1 };
    expect(unstorableIn(value)).toEqual([["b", "1"], ["c", "d"], []]);
    expect(unstorableIn(undefined)).toEqual([]);
  });
});
