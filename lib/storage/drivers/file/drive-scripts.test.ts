import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DESCRIBE_SCRIPT } from "./drive-scripts.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "spindle-drive-scripts-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function sh(script: string, ...values: string[]): Promise<{ code: number; printed: string }> {
  const child = spawn("sh", ["-c", script, "spindle", ...values]);
  let printed = "";
  for (const output of [child.stdout, child.stderr])
    output.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
  const [code] = (await once(child, "close")) as [number];
  return { code, printed };
}

const beside = () => join(dir, "dr_1.json");

describe("the line beside an image @P04", () => {
  it("is not written again for an image that was deleted meanwhile", async () => {
    const image = join(dir, "dr_1.qcow2");
    const { code, printed } = await sh(DESCRIBE_SCRIPT, beside(), "line", image);
    expect([code, printed]).toEqual([1, `spindle: image-gone ${image}\n`]);
    expect(readdirSync(dir)).toEqual([]);
    writeFileSync(image, "");
    expect((await sh(DESCRIBE_SCRIPT, beside(), "line", image)).code).toBe(0);
    expect(readFileSync(beside(), "utf8")).toBe("line\n");
  });

  it("of two that write it at once one succeeds, and nothing stays aside, nor what a dead one left there", async () => {
    for (let round = 0; round < 10; round += 1) {
      for (const left of ["new", "77.new"]) writeFileSync(`${beside()}.${left}`, "half");
      const both = await Promise.all([sh(DESCRIBE_SCRIPT, beside(), "line"), sh(DESCRIBE_SCRIPT, beside(), "line")]);
      expect(both.map(({ code }) => code)).toContain(0);
      expect([readdirSync(dir), readFileSync(beside(), "utf8")]).toEqual([["dr_1.json"], "line\n"]);
    }
  });
});
