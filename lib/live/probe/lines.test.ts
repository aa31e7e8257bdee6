import { describe, expect, it } from "vitest";
import { countCpus, figure, MAX_BLOCK_BYTES, ProbeReader } from "./lines.ts";

const reader = (...awaited: string[]) =>
  new ProbeReader((storageId, nonce) => awaited.includes(`${storageId} ${nonce}`));

describe("lines of the probe", () => {
  it("reads hello and figures", () => {
    const lines = reader();
    expect(lines.read("h 1 3 811 0b1c 0-3,6")).toEqual({ type: "hello", epoch: 3, bootId: "0b1c", threads: 5 });
    const message = lines.read("f 100.25 0.10 0.20 0.30 2048 1024 10 0 20 970 0 0 0 0 0 0");
    expect(message).toEqual({
      type: "figures",
      figures: {
        uptimeSeconds: 100.25,
        load: [0.1, 0.2, 0.3],
        memoryTotal: 2097152,
        memoryAvailable: 1048576,
        cpu: [10, 0, 20, 970, 0, 0, 0, 0],
      },
    });
  });

  it.each([
    ["1e30", null],
    [`1${"0".repeat(30)}`, null],
    ["-1", null],
    ["NaN", null],
    ["Infinity", null],
    ["0x10", null],
    ["", null],
    [undefined, null],
    ["999", 999],
    ["1001", null],
  ])("takes %s for %s", (word, value) => {
    expect(figure(word, 1000)).toBe(value);
  });

  it("makes unknown, never zero, of nonsense", () => {
    const message = reader().read("f x y 10000000000000000000000000000000 z -5 <b> 1 2 three 4");
    expect(message).toMatchObject({
      figures: { uptimeSeconds: null, load: [null, null, null], memoryTotal: null, memoryAvailable: null, cpu: null },
    });
  });

  it("reads a check's block, with what it complained of apart", () => {
    const lines = reader("st_a n1");
    const block = ["b st_a n1", "dir vm writable", "", "r n1", "sh: oops", "", "e st_a n1 0 10.00 10.50"];
    expect(block.map((line) => lines.read(line)).at(-1)).toEqual({
      type: "check",
      storageId: "st_a",
      nonce: "n1",
      code: 0,
      lines: ["dir vm writable", "! sh: oops"],
      durationMs: 500,
    });
  });

  it("no output can end its block, or begin another storage's", () => {
    const lines = reader("st_a n1", "st_b n2");
    const block = ["b st_a n1", "e st_a n9 0 1 2", "e st_b n2 0 1 2", "b st_b n2", "f 1 1 1 1 1 1", "e st_a n1 1 1 2"];
    expect(block.map((line) => lines.read(line)).at(-1)).toMatchObject({
      storageId: "st_a",
      code: 1,
      lines: ["e st_a n9 0 1 2", "e st_b n2 0 1 2", "b st_b n2", "f 1 1 1 1 1 1"],
    });
  });

  it("hears nothing about a storage or a check that it did not ask for", () => {
    const lines = reader("st_a n1");
    expect(lines.read("l st_foreign n1")).toBeNull();
    expect(lines.read("s st_a n0")).toBeNull();
    for (const line of ["b st_foreign n1", "marker x", "e st_foreign n1 0 1 2"]) expect(lines.read(line)).toBeNull();
    expect(lines.read("l st_a n1")).toEqual({ type: "late", storageId: "st_a", nonce: "n1" });
  });

  it("keeps no more of a block than a check can be", () => {
    const lines = reader("st_a n1");
    lines.read("b st_a n1");
    for (let index = 0; index < 100; index += 1) lines.read("x".repeat(60_000));
    const message = lines.read("e st_a n1 0 1 2");
    expect(message?.type === "check" && message.lines.join("").length).toBeLessThanOrEqual(MAX_BLOCK_BYTES);
  });

  it("does not trip over ANSI, HTML, emptiness", () => {
    for (const line of ["", " ", "\u001b[31mred", "<script>alert(1)</script>", "f", "h", "h 9 9", "e", "b"]) {
      expect(() => reader().read(line)).not.toThrow();
    }
    expect(reader().read("h 7 1 1 x 0")).toMatchObject({ type: "refused", word: "format" });
  });

  it.each([
    ["0", 1],
    ["0-1", 2],
    ["0-3,8-11", 8],
    ["", null],
    ["0-", null],
    ["a", null],
  ])("counts the processors of %s", (list, count) => {
    expect(countCpus(list)).toBe(count);
  });
});
