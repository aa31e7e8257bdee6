import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Check, Command } from "../domain/plan.ts";
import { exitStep } from "./way-in.ts";

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
  const getent = join(folder, "getent");
  writeFileSync(getent, `#!/bin/sh\necho "admin:x:0:0::${folder}:/bin/sh"\n`);
  chmodSync(getent, 0o755);
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
