import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ESCAPED_RUNNER, NODE_SCRIPT } from "./unit-script.ts";

const UNIT = "spindle-tk_1-0-do1";
const NONCE = "0123456789abcdef";
const BOOT = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

let folder: string;
let record: string;
/** Stands for the unit's process. */
let unit: ChildProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spindle-unit-"));
  record = join(folder, "pa_1", UNIT);
  mkdirSync(record, { recursive: true });
  writeFileSync(join(record, "output"), "");
  symlinkSync("output", join(record, "begun"));
  unit = spawn("sleep", ["600"]);
  writeFileSync(join(record, "pid"), `${unit.pid}\n`);
});
afterEach(() => {
  unit.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Follows the record as a node does, in a shell of this machine; `heard` resolves once it has printed this. */
function follow() {
  const argv = ["sh", "-c", NODE_SCRIPT, "spindle", "follow", folder, "pa_1", UNIT, NONCE];
  const child = spawn("env", argv, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  const closed = once(child, "close");
  const heard = (word: string) =>
    new Promise<void>((resolve) => {
      const look = () => said.includes(word) && resolve();
      child.stdout.on("data", look);
      look();
    });
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  return { heard, end: async () => closed.then(() => said) };
}

/** What the unit does at its end. */
async function finish(word: string): Promise<void> {
  writeFileSync(join(record, "status"), `${word}\n`);
  unit.kill();
  await once(unit, "exit");
}

describe("following a unit", () => {
  it("passes on what is written while it runs, and answers with its end and all of its output", async () => {
    const following = follow();
    appendFileSync(join(record, "output"), "half\n");
    await following.heard("half");
    appendFileSync(join(record, "output"), "whole\n");
    await finish("exit 3");
    expect(await following.end()).toMatch(new RegExp(`\n${NONCE} exit 3 ${BOOT}\nhalf\nwhole\n$`));
  });

  it("answers at once for one that has ended", async () => {
    await finish("refused 1");
    expect(await follow().end()).toContain(`\n${NONCE} refused 1 ${BOOT}\n`);
  });

  it("ends with a unit that died without a word, and says what is known of it", async () => {
    const following = follow();
    appendFileSync(join(record, "output"), "half\n");
    await following.heard("half");
    unit.kill("SIGKILL");
    // Nothing here says that the unit is over but its process: systemd does on a node.
    expect(await following.end()).toContain(`\n${NONCE} running - ${BOOT}\n`);
  });

  it("takes a record that is not there for none, not for one that was swept", async () => {
    rmSync(record, { recursive: true });
    expect(await follow().end()).toContain(`\n${NONCE} never - ${BOOT}\n`);
  });
});

const RUNNER = ESCAPED_RUNNER.replaceAll("$$", "$");
const NEVER = 1e9;

/** What a unit of a panel of this epoch writes down of itself; its command leaves a file. */
function runUnit(name: string, epoch: number, { sweep = "", until = NEVER } = {}): string {
  const own = join(folder, "pa_1", `spindle-tk_1-${name}`);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "output"), "");
  writeFileSync(join(own, "stdin"), "secret");
  const words = [own, "5", sweep, String(epoch), String(until), "0", "0", "", "1", "0"];
  spawnSync("sh", ["-c", RUNNER, "spindle", ...words, "touch", join(folder, name)]);
  if (!existsSync(own)) return "swept";
  expect(existsSync(join(own, "stdin"))).toBe(false);
  return existsSync(join(own, "status")) ? readFileSync(join(own, "status"), "utf8").trim() : "never";
}

it("what comes to the node after the panel's right to the task has ended does not begin, nor later", () => {
  const now = Math.floor(Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]));
  expect(runUnit("late", 1, { until: now })).toBe("never");
  expect(existsSync(join(folder, "late"))).toBe(false);
  expect(readlinkSync(join(folder, "pa_1", "spindle-tk_1-late", "begun"))).toBe("void");
  expect(runUnit("in-time", 1, { until: now + 60 })).toBe("exit 0");
});

describe("epochs", () => {
  function forget(epoch: number): void {
    const argv = ["-c", NODE_SCRIPT, "spindle", "forget", folder, "pa_1", "tk_1", NONCE, String(epoch)];
    expect(spawnSync("sh", argv).stdout.toString()).toContain(`${NONCE} forgotten `);
  }

  const shown = () => readdirSync(join(folder, "pa_1")).filter((name) => name.startsWith("epoch-"));

  it("leave nothing on a node that was never taken over", () => {
    expect(runUnit("a", 1)).toBe("exit 0");
    expect(shown()).toEqual([]);
    forget(1);
    expect(existsSync(join(folder, "pa_1"))).toBe(false);
  });

  it("are shown by the first command of a panel that took over, from then on the older one is refused", () => {
    expect(runUnit("newer", 7)).toBe("exit 0");
    expect(shown()).toEqual(["epoch-7"]);
    expect(runUnit("older", 6)).toBe("superseded 7");
    expect(existsSync(join(folder, "older"))).toBe(false);
    expect(runUnit("again", 7)).toBe("exit 0");
    expect(runUnit("newest", 10)).toBe("exit 0");
    expect(runUnit("late", 9)).toBe("superseded 10");
  });

  it("outlive the records of tasks, which an older panel leaves alone", () => {
    runUnit("newer", 2);
    forget(1);
    expect(existsSync(join(folder, "pa_1", "spindle-tk_1-newer"))).toBe(true);
    forget(2);
    expect(readdirSync(join(folder, "pa_1"))).toEqual(["epoch-2"]);
  });

  it("go with the panel's way in", () => {
    runUnit("newer", 2);
    rmSync(record, { recursive: true });
    expect(runUnit("exit", 2, { sweep: "tk_1" })).toBe("swept");
    expect(existsSync(join(folder, "pa_1"))).toBe(false);
  });

  it("of whatever else lies there count for none", () => {
    writeFileSync(join(folder, "pa_1", "epoch-"), "");
    writeFileSync(join(folder, "pa_1", "epoch-9x"), "");
    expect(runUnit("a", 1)).toBe("exit 0");
  });
});
