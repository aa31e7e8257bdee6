import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildProbe } from "./script.ts";

/** Waits for the file `go` beside it, so that a test decides when the check ends. */
const SCRIPT = `
watch_try() { [ -e "$1/watched" ] && seen=there; }
glance_try() {
  [ -e "$1/gone" ] || return 0
  echo "it is gone"
  return 6
}
check_try() {
  echo "run $1" >>"$1/runs"
  while [ -e "$1/hang" ]; do sleep 0.05; done
  echo "said something"
  echo "complained" >&2
  return 3
}
`;

let folder: string;
let running: Probe[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spindle-probe-"));
  running = [];
});
afterEach(() => {
  for (const probe of running) probe.child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

interface Probe {
  child: ChildProcess;
  lines: string[];
  tell(word: string): void;
  /** The first line that begins so, from now on or before. */
  hear(start: string): Promise<string>;
  ended: Promise<number | null>;
}

/** The probe as a node runs it, in a shell of this machine. */
function start(epoch = 1, deadlineSeconds = 30, script = SCRIPT): Probe {
  const fragment = { script, args: [folder], everySeconds: 10, deadlineSeconds };
  const text = buildProbe(
    { panelId: "pa_1", epoch, storages: [{ storageId: "st_1", kind: "try", fragment }] },
    folder,
    folder,
  );
  const child = spawn("sh", ["-s"], { stdio: ["pipe", "pipe", "inherit"] });
  const lines: string[] = [];
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  child.stdin.on("error", () => {});
  child.stdin.write(text);
  const probe: Probe = {
    child,
    lines,
    tell: (word) => void child.stdin.write(`${word}\n`),
    hear: (begin) => heard(probe, begin),
    ended: new Promise((resolve) => child.once("close", resolve)),
  };
  running.push(probe);
  return probe;
}

async function heard(probe: Probe, begin: string): Promise<string> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = probe.lines.find((line) => line.startsWith(begin));
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`no ${begin} in ${JSON.stringify(probe.lines)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Asks for results until a line of this kind is there. */
async function poll(probe: Probe, begin: string): Promise<string> {
  const timer = setInterval(() => probe.tell("p"), 50);
  try {
    return await probe.hear(begin);
  } finally {
    clearInterval(timer);
  }
}

const runs = () => readdirSync(folder).filter((name) => name === "runs").length;
const own = () => (existsSync(join(folder, "spindle-pa_1")) ? readdirSync(join(folder, "spindle-pa_1")) : []);

describe("the probe in a real shell", () => {
  it("greets, tells figures, checks, and leaves nothing when told to end", async () => {
    const probe = start();
    expect(await probe.hear("h ")).toMatch(/^h 1 1 \d+ \S+ \S+$/);
    probe.tell("t");
    expect(await probe.hear("f ")).toMatch(/^f [\d.]+ [\d.]+ [\d.]+ [\d.]+ \d+ \d+( \d+){8,}$/);
    probe.tell("c st_1 n7");
    expect(await poll(probe, "e st_1 n7")).toMatch(/^e st_1 n7 3 [\d.]+ [\d.]+$/);
    const block = probe.lines.slice(probe.lines.indexOf("b st_1 n7"));
    expect(block.filter((line) => line !== "").slice(0, 4)).toEqual([
      "b st_1 n7",
      "said something",
      "r n7",
      "complained",
    ]);
    probe.tell("q");
    expect(await probe.ended).toBe(0);
    expect(own()).toEqual([]);
    expect(existsSync(join(folder, "spindle-pa_1"))).toBe(false);
  });

  it("ends with its channel, and takes a check that runs along", async () => {
    writeFileSync(join(folder, "hang"), "");
    const probe = start();
    await probe.hear("h ");
    probe.tell("c st_1 n1");
    await until(() => runs() === 1);
    probe.child.stdin?.end();
    await probe.ended;
    expect(existsSync(join(folder, "spindle-pa_1"))).toBe(false);
  });

  it("says when something watched has changed", async () => {
    const probe = start();
    await probe.hear("h ");
    writeFileSync(join(folder, "watched"), "");
    probe.tell("t");
    expect(await probe.hear("w ")).toBe("w st_1");
    probe.tell("t");
    probe.tell("t");
    await until(() => probe.lines.filter((line) => line.startsWith("f ")).length === 3);
    expect(probe.lines.filter((line) => line.startsWith("w "))).toHaveLength(1);
  });

  it("goes on beside a check that hangs, ends it at its deadline, and never runs two of one storage", async () => {
    writeFileSync(join(folder, "hang"), "");
    const probe = start(1, 1);
    await probe.hear("h ");
    probe.tell("c st_1 n1");
    probe.tell("c st_1 n2");
    expect(await probe.hear("s ")).toBe("s st_1 n2");
    probe.tell("t");
    await probe.hear("f ");
    expect(await poll(probe, "l st_1 n1")).toBe("l st_1 n1");
    expect(await poll(probe, "g st_1")).toBe("g st_1");
    rmSync(join(folder, "hang"));
    probe.tell("c st_1 n3");
    expect(await poll(probe, "e st_1 n3")).toContain(" 3 ");
  });

  it("what is seen to be gone ends a check that hangs, and those that would have to wait for it", async () => {
    const probe = start();
    await probe.hear("h ");
    writeFileSync(join(folder, "hang"), "");
    probe.tell("c st_1 n1");
    probe.tell("c st_1 n2");
    expect(await probe.hear("s st_1"), "hanging alone says nothing").toBe("s st_1 n2");
    for (const name of ["gone", "watched"]) writeFileSync(join(folder, name), "");
    probe.tell("t");
    expect(await probe.hear("e st_1")).toMatch(/^e st_1 n1 6 /);
    expect(probe.lines.slice(probe.lines.indexOf("b st_1 n1"))).toContain("it is gone");
    expect(await poll(probe, "g st_1"), "it was ended, not waited for").toBe("g st_1");
    for (const name of ["gone", "hang"]) rmSync(join(folder, name));
    probe.tell("c st_1 n3");
    expect(await poll(probe, "e st_1 n3")).toMatch(/^e st_1 n3 3 /);
  });

  it("what is seen to be gone is told to whoever asks while a check hangs", async () => {
    for (const name of ["gone", "hang"]) writeFileSync(join(folder, name), "");
    const probe = start();
    await probe.hear("h ");
    probe.tell("c st_1 n1");
    probe.tell("c st_1 n2");
    expect(await probe.hear("e st_1")).toMatch(/^e st_1 n2 6 /);
    expect(probe.lines).not.toContain("s st_1 n2");
  });

  it("a kind that has no look from outside is never told to be gone", async () => {
    writeFileSync(join(folder, "hang"), "");
    const probe = start(1, 30, SCRIPT.replace("glance_try", "another"));
    await probe.hear("h ");
    probe.tell("c st_1 n1");
    probe.tell("c st_1 n2");
    expect(await probe.hear("s ")).toBe("s st_1 n2");
    writeFileSync(join(folder, "watched"), "");
    probe.tell("t");
    expect(await probe.hear("w ")).toBe("w st_1");
    expect(probe.lines.filter((line) => line.startsWith("e "))).toEqual([]);
  });

  it("a later one of the same panel takes over, an older panel is refused", async () => {
    const first = start(2);
    await first.hear("h ");
    const second = start(2);
    await second.hear("h ");
    await first.ended;
    expect(own()).toHaveLength(1);
    const older = start(1);
    expect(await older.hear("x ")).toBe("x superseded 2");
    await older.ended;
    second.tell("t");
    await second.hear("f ");
    const newer = start(3);
    await newer.hear("h ");
    await second.ended;
    newer.tell("q");
    await newer.ended;
    expect(existsSync(join(folder, "spindle-pa_1"))).toBe(false);
  });

  it("is refused where the panel was taken over before the node's last boot", async () => {
    mkdirSync(join(folder, "pa_1"));
    writeFileSync(join(folder, "pa_1", "epoch-4"), "");
    const older = start(3);
    expect(await older.hear("x ")).toBe("x superseded 4");
    await older.ended;
    const same = start(4);
    await same.hear("h ");
    same.tell("q");
    await same.ended;
  });

  it("many that start at once leave one", async () => {
    const probes = [1, 2, 3, 4, 5].map(() => start());
    await Promise.all(probes.map((probe) => Promise.race([probe.hear("h "), probe.hear("x "), probe.ended])));
    const gone = () => probes.filter(({ child }) => child.exitCode !== null || child.signalCode !== null).length;
    await until(() => gone() >= 4 || own().length === 1);
    const left = probes.filter(({ child }) => child.exitCode === null && child.signalCode === null);
    for (const probe of left) probe.child.stdin?.end();
    await Promise.all(probes.map((probe) => probe.ended));
    expect(
      own().filter((name) => existsSync(join(folder, "spindle-pa_1", name, "check.sh"))).length,
    ).toBeLessThanOrEqual(0);
  });
});

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error("it never came");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
