import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { quote, quoteAll } from "./quote.ts";

const HOSTILE = [
  "",
  " ",
  "plain",
  "it's",
  "''",
  '"double"',
  "$(touch /tmp/never)",
  "`id`",
  "$HOME",
  "a;b|c&d>e<f",
  "*?[a-z]{1,2}~",
  "-rf",
  "--",
  "line\nbreak\n",
  "tab\tand\\backslash\\",
  "!history!",
  "#comment",
  "../../etc/passwd",
  "é漢字🌍",
  "\u202Eright-to-left",
  "\u001b[31mred",
  "x".repeat(10_000),
];

/** The arguments as a real shell hands them to a program, one by one. */
function throughShell(line: string): string[] {
  const out = execFileSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" });
  return out.split("\0").slice(0, -1);
}

describe("what is quoted reaches the program unchanged, and nothing of it runs", () => {
  it.each(HOSTILE)("%j", (value) => expect(throughShell(quote(value))).toEqual([value]));
  it("keeps empty arguments and their order", () => expect(throughShell(quoteAll(HOSTILE))).toEqual(HOSTILE));
  it("refuses NUL", () => expect(() => quote("a\0b")).toThrow(RangeError));
});
