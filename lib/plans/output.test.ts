import { expect, it } from "vitest";
import { LiveLines } from "./live-lines.ts";
import { Redactor } from "./redactor.ts";

function linesOf(...chunks: (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const live = new LiveLines((line) => lines.push(line));
  for (const chunk of chunks) live.add(Buffer.from(chunk as Buffer));
  live.end();
  return lines;
}

it("cuts what arrives into lines, whatever the packets", () => {
  expect(linesOf("a\nb", "c\n\n", "d")).toEqual(["a", "bc", "", "d"]);
  const accent = Buffer.from("é");
  expect(linesOf(accent.subarray(0, 1), accent.subarray(1))).toEqual(["é"]);
});

it("hands on a line that never ends in pieces, and keeps nothing back", () => {
  const lines = linesOf("x".repeat(10_000), `${"y".repeat(10_000)}\nz`);
  expect(lines.join("")).toBe(`${"x".repeat(10_000)}${"y".repeat(10_000)}z`);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(4_000);
});

it("shows no secret, also not line by line, and no NUL", () => {
  const redactor = new Redactor();
  redactor.add("pass word");
  redactor.add("-----BEGIN KEY-----\nAAAAB3NzaC1lZDI1\n-----END KEY-----\n");
  redactor.add("ok");
  const clean = redactor.clean("it is ok: pass word, AAAAB3NzaC1lZDI1\0");
  expect(clean).toBe("it is ok: ‹secret›, ‹secret›␀");
});
