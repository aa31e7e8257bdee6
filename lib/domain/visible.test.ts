import { describe, expect, it } from "vitest";
import { visible, visibleOutput } from "./visible.ts";

describe("hidden characters of foreign text are shown, all others stay", () => {
  it.each([
    ["plain ÄÖ 漢字 🌍 ’–", "plain ÄÖ 漢字 🌍 ’–"],
    ["\u001b[31mred", "‹ESC›[31mred"],
    ["a\u0000b\u007f", "a‹NUL›b‹U+007F›"],
    ["safe\u202Egpj.exe", "safe‹U+202E›gpj.exe"],
    ["zero\u200bwidth\ufeff", "zero‹U+200B›width‹U+FEFF›"],
    ["two\nlines\tand", "two‹LF›lines‹TAB›and"],
    ["\u{e0041}tag", "‹U+E0041›tag"],
    ["half \ud800 pair", "half ‹U+D800› pair"],
    ["<b>markup</b>", "<b>markup</b>"],
  ])("%j", (value, shown) => expect(visible(value)).toBe(shown));

  it("leaves the lines and tabs of output alone", () => {
    expect(visibleOutput("a\tb\r\nc\u001b[0m\rd")).toBe("a\tb\nc‹ESC›[0m‹CR›d");
  });
});
