import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Check, Command } from "../domain/plan.ts";
import { addLineStep, dropOldLinesStep, exitStep } from "./way-in.ts";

const OWN = "restrict ssh-ed25519 AAAAown spindle:nd_1";
const PUBLIC = "ssh-ed25519 AAAAown";
const STRANGERS = "# kept by hand\n\nssh-rsa AAAAother admin@desk\nrestrict ssh-ed25519 AAAAtwin spindle:nd_10\n";

let folder: string;
let file: string;

/** The commands as a node runs them, with an account whose home is this test's. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spindle-way-"));
  mkdirSync(join(folder, ".ssh"));
  file = join(folder, ".ssh", "authorized_keys");
  const answers = { getent: `admin:x:0:0::${folder}:/bin/sh`, id: "0" };
  for (const [name, answer] of Object.entries(answers)) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${answer}"\n`);
    chmodSync(join(folder, name), 0o755);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

function run({ argv }: Command): number | null {
  return spawnSync("env", ["-i", `PATH=${folder}:/usr/bin:/bin`, ...argv]).status;
}

const passes = (check: Check | undefined) => check !== undefined && run(check.command) === 0;

describe("the panel's way out @P03", () => {
  const step = exitStep("n", { user: "admin", nodeId: "nd_1", publicKey: PUBLIC });

  it("takes every line of this node's out, and leaves all others as they are", () => {
    const copies = `${OWN}\nssh-ed25519 AAAAown comment of somebody\nssh-ed25519 AAAAolder spindle:nd_1\n`;
    writeFileSync(file, STRANGERS + copies, { mode: 0o600 });
    expect(passes(step.alreadyDone)).toBe(false);
    expect(run(step.command)).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(STRANGERS);
    expect(passes(step.alreadyDone)).toBe(true);
  });

  it("does nothing the second time, nor where there is no file", () => {
    writeFileSync(file, STRANGERS);
    expect([run(step.command), run(step.command)]).toEqual([0, 0]);
    expect(readFileSync(file, "utf8")).toBe(STRANGERS);
    rmSync(file);
    expect(run(step.command)).toBe(0);
    expect(existsSync(file)).toBe(false);
  });

  it("has no undo: whoever is out can't come back in", () => {
    expect(step).toMatchObject({ exit: true, undo: { none: { key: "node.step.exit-none" } } });
  });
});

describe("a change of the panel's key @P03", () => {
  const fresh = "restrict ssh-ed25519 AAAAfresh spindle:nd_1";
  const add = addLineStep("n", "admin", fresh, "n.new");
  const drop = dropOldLinesStep("n.new", { user: "admin", nodeId: "nd_1", publicKey: PUBLIC }, fresh);
  const ours = () =>
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line.endsWith("spindle:nd_1"));

  it("has both lines, then only the new one, whatever accidents left; strangers stay", () => {
    writeFileSync(file, `${STRANGERS}${OWN}\nssh-ed25519 AAAAolder spindle:nd_1`);
    expect([run(add.command), passes(add.alreadyDone)]).toEqual([0, true]);
    expect(ours()).toEqual([OWN, "ssh-ed25519 AAAAolder spindle:nd_1", fresh]);
    expect(passes(drop.alreadyDone)).toBe(false);
    expect([run(drop.command), run(drop.command), passes(drop.alreadyDone)]).toEqual([0, 0, true]);
    expect(readFileSync(file, "utf8")).toBe(`${STRANGERS}${fresh}\n`);
  });

  it("taken back before the switch leaves the old line alone", () => {
    writeFileSync(file, `${STRANGERS}${OWN}\n`);
    run(add.command);
    if ("none" in add.undo) throw new Error("it has an undo");
    expect([run(add.undo.command), run(add.undo.command)]).toEqual([0, 0]);
    expect(readFileSync(file, "utf8")).toBe(`${STRANGERS}${OWN}\n`);
  });

  it("is not done while the new line is missing", () => {
    writeFileSync(file, STRANGERS);
    expect(passes(drop.alreadyDone)).toBe(false);
  });
});
