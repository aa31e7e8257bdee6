import { setTimeout as sleep } from "node:timers/promises";
import { asc, eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { LabNode } from "../../lab/index.ts";
import { db, inTransaction } from "../../lib/db/client.ts";
import { panel, secrets, taskLocks, taskSteps, tasks } from "../../lib/db/schema/index.ts";
import type { NodeStep, Plan, PlanTarget, Step } from "../../lib/domain/plan.ts";
import { text } from "../../lib/domain/text.ts";
import { createTask } from "../../lib/plans/create-task.ts";
import { sealSecret } from "../../lib/secrets/store.ts";
import { cancelTask } from "../../lib/services/tasks/cancel-task.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { EngineProcess } from "./engine-host.ts";
import { bareNodes, nodesDown } from "../support/nodes.ts";

const title = text("task.waiting", { node: "sample" });
const author = { actor: { id: "u", name: "Ada" }, address: null, requestId: "test" };
const DEADLINE_MS = 300_000;
const DIR = "/vm-outcome";

let database: TestDatabase;
let node: LabNode;
let fingerprint: string;
let engine: EngineProcess;

beforeAll(async () => {
  const [opened, lab] = await Promise.all([testDatabase(), bareNodes()]);
  database = opened;
  node = lab.nodes[0]!;
  fingerprint = await node.hostKeyFingerprint();
});
afterAll(async () => {
  await database?.remove();
  await nodesDown();
});
beforeEach(async () => {
  await node.sh(["rm", "-rf", DIR]);
  engine = newEngine();
});
afterEach(async () => {
  await engine.kill();
  // Nothing of any task stays on the node, however it ended.
  expect(
    (await node.exec("ls -d /var/lib/spindle; systemctl list-units --all --no-legend --plain 'spindle-*'")).stdout,
  ).toBe("");
  expect(await db().select().from(taskLocks)).toEqual([]);
});

function newEngine(nodeWaitMs?: number): EngineProcess {
  return new EngineProcess(
    {
      databaseUrl: database.url,
      dataDir: database.dataDir,
      keyFile: database.keyFile,
      modules: [new URL("sample-steps.ts", import.meta.url).pathname],
      nodeWaitMs,
    },
    null,
  );
}

const sh = (script: string) => ({ argv: ["sh", "-c", script] });
function step(id: string, script: string, undo: string | null, over: Partial<NodeStep> = {}): NodeStep {
  return {
    kind: "node",
    id,
    target: "n1",
    title,
    command: sh(script),
    undo: undo === null ? { none: title } : { title, command: sh(undo) },
    ...over,
  };
}
const directory = (over: Partial<NodeStep> = {}) =>
  step("directory", `mkdir ${DIR}`, null, {
    undo: { title, command: sh(`rmdir ${DIR}`), proof: { command: sh(`ls -A ${DIR}`), stdout: "" } },
    alreadyDone: { command: sh(`test -d ${DIR}`) },
    ...over,
  });
const fails = step("fails", "echo no; exit 3", null);

async function start(
  steps: Step[],
  over: Partial<PlanTarget> & { password?: string; locks?: string[]; holds?: string[] } = {},
): Promise<string> {
  const { password = node.rootPassword, holds = [], locks = holds, ...rest } = over;
  return inTransaction(async (tx) => {
    const passwordSecret = await sealSecret({ purpose: "join-password", value: password }, tx);
    const { address, port, name } = node;
    const target = {
      key: "n1",
      label: name,
      address,
      port,
      user: "root",
      fingerprint,
      nodeId: "nd_x",
      passwordSecret,
      ...rest,
    };
    const plan: Plan = { format: 1, kind: "outcome", title, targets: [target], steps, locks, holds, notes: [] };
    return createTask(tx, author, plan);
  });
}

const rowsOf = (id: string) =>
  db().select().from(taskSteps).where(eq(taskSteps.taskId, id)).orderBy(asc(taskSteps.position));

async function taskOf(id: string) {
  const [task] = await db().select().from(tasks).where(eq(tasks.id, id));
  return task!;
}

async function waitFor<T>(read: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (const end = Date.now() + DEADLINE_MS; ; await sleep(100)) {
    const value = await read();
    if (good(value)) return value;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)}\n${engine.output.join("\n")}`);
  }
}

/** State of the task and of each step once it has ended. */
async function ended(id: string) {
  const task = await waitFor(
    () => taskOf(id),
    ({ endedAt }) => endedAt !== null,
  );
  const rows = await rowsOf(id);
  return { state: task.state, code: task.error?.code ?? null, steps: rows.map(({ state }) => state), rows, task };
}

/** The name of the unit that runs the step at this position, once it runs. */
async function runningUnit(position = 0): Promise<string> {
  const list = () =>
    node.sh(`systemctl list-units --no-legend --plain --state=running 'spindle-*-${position}-do*' | cut -d' ' -f1`);
  return (await waitFor(list, (names) => names.trim() !== "")).trim();
}

it("undoes what was done before the step that failed, in reverse, and keeps the words of the failure", async () => {
  const id = await start([directory(), step("file", `touch ${DIR}/a`, `rm ${DIR}/a`), fails]);
  const { state, steps, task, rows } = await ended(id);
  expect([state, ...steps]).toEqual(["undone", "undone", "undone", "undone"].with(3, "failed"));
  expect(task.error).toMatchObject({
    code: "command-failed",
    command: { node: node.name, exitCode: 3, output: "no\n" },
  });
  expect(rows[2]).toMatchObject({ exitCode: 3, output: "no\n" });
  expect((await node.exec(["test", "-e", DIR])).code).toBe(1);
});

it("skips what is there already, and leaves it there on the way back", async () => {
  await node.sh(["mkdir", DIR]);
  const { state, steps } = await ended(await start([directory(), fails]));
  expect([state, ...steps]).toEqual(["undone", "skipped", "failed"]);
  await node.sh(["test", "-d", DIR]);
});

it("runs nothing where the precondition does not hold", async () => {
  const guarded = directory({ alreadyDone: undefined, precondition: { command: sh("echo ' two '"), stdout: "one" } });
  const { state, code, steps, rows } = await ended(await start([guarded]));
  expect([state, code, ...steps]).toEqual(["undone", "conflict", "failed"]);
  expect(rows[0]?.output).toBe("two\n");
  expect((await node.exec(["test", "-e", DIR])).code).toBe(1);
});

it("leaves what it can't prove to be empty, and says so", async () => {
  const { state, steps, rows } = await ended(
    await start([directory(), step("other", `touch ${DIR}/other`, null), fails]),
  );
  expect([state, ...steps]).toEqual(["failed", "left", "done", "failed"]);
  expect(rows[0]?.error).toMatchObject({ code: "not-empty", command: { output: "other\n" } });
  await node.sh(["test", "-e", `${DIR}/other`]);
});

it("is undone when cancelled, after the step that runs", async () => {
  const id = await start([directory(), step("slow", "sleep 3", null), step("never", "true", null)]);
  await waitFor(
    () => rowsOf(id),
    (rows) => rows[1]?.state === "running",
  );
  await cancelTask({ ...author, address: "", now: new Date(), actor: { ...author.actor, email: "" } }, { taskId: id });
  const { state, code, steps } = await ended(id);
  expect([state, code, ...steps]).toEqual(["cancelled", null, "undone", "done", "pending"]);
});

it("asks for the effect when a command was cut short: undone where it is not there", async () => {
  const id = await start([
    directory(),
    step("slow", `sleep 60; touch ${DIR}/late`, `rm -f ${DIR}/late`, {
      alreadyDone: { command: sh(`test -e ${DIR}/late`) },
    }),
  ]);
  await waitFor(
    () => rowsOf(id),
    (rows) => rows[1]?.state === "running",
  );
  await node.sh(["systemctl", "kill", "--signal=KILL", await runningUnit(1)]);
  const { state, code, steps } = await ended(id);
  expect([state, code, ...steps]).toEqual(["undone", "outcome-unknown", "undone", "undone"]);
});

it("asks for the effect when a command was cut short: done where it is there", async () => {
  const id = await start([directory({ command: sh(`mkdir ${DIR}; sleep 60`) })]);
  await waitFor(
    () => node.exec(["test", "-d", DIR]),
    ({ code }) => code === 0,
  );
  await node.sh(["systemctl", "kill", "--signal=KILL", await runningUnit()]);
  const { state, steps } = await ended(id);
  expect([state, ...steps]).toEqual(["done", "done"]);
});

it("goes on when the node comes back on the net; its command has run to its end meanwhile", async () => {
  const id = await start([step("slow", `sleep 4; mkdir ${DIR}`, null)]);
  await runningUnit();
  await node.cut();
  try {
    await waitFor(
      () => node.exec(["test", "-d", DIR]),
      ({ code }) => code === 0,
    );
  } finally {
    await node.uncut();
  }
  const { state, steps, rows } = await ended(id);
  expect([state, ...steps]).toEqual(["done", "done"]);
  expect(rows[0]?.attempt).toBe(1);
});

it("asks for the effect when the power of the node was cut", async () => {
  const id = await start([directory(), step("slow", "sleep 600", null, { alreadyDone: { command: sh("false") } })]);
  await runningUnit(1);
  await node.kill();
  await node.start();
  const { state, code, steps } = await ended(id);
  expect([state, code, ...steps]).toEqual(["undone", "outcome-unknown", "undone", "failed"]);
  expect((await node.exec(["test", "-e", DIR])).code).toBe(1);
});

it("gives a node up that stays away, says what it could not undo", async () => {
  await engine.kill();
  engine = newEngine(4_000);
  const id = await start([directory(), step("slow", "sleep 2", null), fails]);
  await runningUnit(1);
  await waitFor(
    () => rowsOf(id),
    (rows) => rows[1]?.state === "running",
  );
  await node.cut();
  try {
    const { state, steps, rows } = await ended(id);
    expect([state, steps[0]]).toEqual(["failed", "left"]);
    expect(rows[0]?.error?.code).toBe("unreachable");
  } finally {
    await node.uncut();
  }
  await node.sh("rm -rf /var/lib/spindle");
});

it("sends nothing to a machine with another host key, and starts nothing where it is not let in", async () => {
  const other = await ended(await start([directory()], { fingerprint: "SHA256:another" }));
  expect([other.state, other.code, ...other.steps]).toEqual(["undone", "host-key", "failed"]);
  const wrong = await ended(await start([directory()], { password: "wrong" }));
  expect([wrong.state, wrong.code, ...wrong.steps]).toEqual(["undone", "auth-failed", "failed"]);
});

it("refuses a second task on the same thing at once, and names the first", async () => {
  const id = await start([step("slow", "sleep 3", null)], { locks: ["a", "vg:1"] });
  await expect(start([directory()], { locks: ["vg:1", "z"] })).rejects.toMatchObject({
    view: { code: "busy", message: { values: { id } } },
  });
  await ended(id);
  expect((await ended(await start([directory()], { locks: ["vg:1"] }))).state).toBe("done");
});

it("undoes nodes when a step in the panel fails", async () => {
  const panel: Step = {
    kind: "panel",
    id: "p",
    title,
    action: "sample.nothing-of-that-name",
    input: {},
    undo: { none: title },
  };
  const { state, code, steps } = await ended(await start([directory(), panel]));
  expect([state, code, ...steps]).toEqual(["undone", "internal", "undone", "failed"]);
});

it("keeps at most 64 kB of what a command prints, its beginning and its end, and survives a flood and a NUL", async () => {
  const { state, rows } = await ended(
    await start([step("flood", "printf 'first\\0'; head -c 9000000 /dev/zero | tr '\\0' x; echo; echo last", null)]),
  );
  const output = rows[0]?.output ?? "";
  expect(state).toBe("done");
  expect(output.length).toBeLessThan(70_000);
  expect([output.startsWith("first␀"), output.endsWith("last\n")]).toEqual([true, true]);
});

it("works as a user with sudo, too", async () => {
  await node.sh(
    "id ada >/dev/null 2>&1 || useradd -m -s /bin/sh ada; echo 'ada:some password' | chpasswd; echo 'ada ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/ada",
  );
  const { state, rows } = await ended(
    await start([step("who", "id -un", null)], { user: "ada", password: "some password" }),
  );
  expect([state, rows[0]?.output]).toEqual(["done", "root\n"]);
});

it("needs the password no longer than it is there", async () => {
  const id = await start([step("slow", "sleep 1", null)]);
  await ended(id);
  await db().delete(secrets);
  const { state, code } = await ended(await start([directory()], { passwordSecret: "se_gone" }));
  expect([state, code]).toEqual(["undone", "not-found"]);
});

const GROUP = "volume-group:VG-1";
const held = async () => (await db().select().from(taskLocks)).map(({ key }) => key);
const released = () => waitFor(held, (keys) => keys.length === 0);

/** Another engine, which gives a node up after some seconds. */
async function impatient(): Promise<void> {
  await engine.kill();
  engine = newEngine(4_000);
}

it("keeps others away from what a node that stands still had begun, until that has ended there @S28", async () => {
  await impatient();
  // Its clock goes on while it stands still: the deadline must not pass meanwhile.
  const command = { ...sh(`sleep 10; mkdir ${DIR}`), timeoutMs: 900_000 };
  const id = await start([step("create", "", `rmdir ${DIR}`, { command })], { holds: [GROUP] });
  await runningUnit();
  await node.freeze();
  try {
    const { state, steps, rows } = await ended(id);
    expect([state, ...steps]).toEqual(["failed", "left"]);
    expect(rows[0]?.error?.code).toBe("outcome-unknown");
    // The round that looks after held locks comes by meanwhile, and learns nothing.
    await sleep(25_000);
    expect(await held()).toEqual([GROUP]);
    const other = start([directory()], { locks: [GROUP] });
    await expect(other).rejects.toMatchObject({
      view: { code: "busy", message: { key: "task.held", values: { id } } },
    });
  } finally {
    await node.thaw();
  }
  await released();
  // It went on where it stood, to its end: only then the lock was let go.
  await node.sh(["test", "-d", DIR]);
});

it("lets go of what a node had begun once it has booted anew @S28", async () => {
  await impatient();
  const id = await start([step("create", `sleep 600; mkdir ${DIR}`, `rmdir ${DIR}`)], { holds: [GROUP] });
  await runningUnit();
  await node.kill();
  try {
    const { state, steps } = await ended(id);
    expect([state, ...steps]).toEqual(["failed", "left"]);
    expect(await held()).toEqual([GROUP]);
  } finally {
    await node.start();
  }
  await released();
  expect((await node.exec(["test", "-e", DIR])).code).toBe(1);
});

it("hears what a node went on with while it could not be asked, before it takes that back", async () => {
  await impatient();
  const id = await start([step("create", `sleep 40; mkdir ${DIR}`, `rmdir ${DIR}`)], { holds: [GROUP] });
  await runningUnit();
  await node.cut();
  try {
    await waitFor(
      () => rowsOf(id),
      (rows) => rows[0]?.state === "failed",
    );
    expect((await rowsOf(id))[0]?.error?.code).toBe("outcome-unknown");
    // The way back begins with a connection that does not come about: whoever goes on with it finds the node again.
    await engine.kill();
  } finally {
    await node.uncut();
  }
  engine = newEngine();
  const { state, steps, rows } = await ended(id);
  expect([state, ...steps]).toEqual(["undone", "undone"]);
  // One attempt at the step, then one at its undo: it was not done again.
  expect(rows[0]?.attempt).toBe(2);
  expect((await node.exec(["test", "-e", DIR])).code).toBe(1);
  expect(await held()).toEqual([]);
});

it("a command that was killed at its deadline may hang: an undo that is refused does not free the lock", async () => {
  const create = step("create", "trap '' TERM; sleep 120", null, {
    command: { ...sh("trap '' TERM; sleep 120"), timeoutMs: 1_000 },
    undo: { title, command: sh("true"), proof: { command: sh("exit 1") } },
  });
  const { state, steps, rows, task } = await ended(await start([create], { holds: [GROUP] }));
  expect([state, task.error?.code, ...steps]).toEqual(["failed", "timeout", "left"]);
  expect(rows[0]).toMatchObject({ exitCode: 137, error: { code: "outcome-unknown" } });
  expect(await held()).toEqual([GROUP]);
  await released();
});

it("reads back what a command says it has done, where its word is not enough", async () => {
  const good = await ended(await start([directory({ isReadBack: true })]));
  expect([good.state, ...good.steps]).toEqual(["done", "done"]);
  await node.sh(["rmdir", DIR]);
  const empty = step("empty", "true", "true", { alreadyDone: { command: sh(`test -d ${DIR}`) }, isReadBack: true });
  const bad = await ended(await start([empty]));
  expect([bad.state, bad.code, ...bad.steps]).toEqual(["undone", "command-failed", "undone"]);
});

it("is refused by a node that a panel of a higher epoch has worked on since", async () => {
  const live = async (epoch: number) => {
    await engine.kill();
    await db().update(panel).set({ epoch });
    engine = newEngine();
  };
  try {
    await live(2);
    expect((await ended(await start([directory()]))).state).toBe("done");
    expect(await node.sh("ls /var/lib/spindle/*")).toBe("epoch-2\n");
    await live(1);
    const older = await ended(await start([step("late", `rmdir ${DIR}`, null)]));
    expect([older.state, older.code, ...older.steps]).toEqual(["undone", "conflict", "failed"]);
    expect(older.task.error?.message).toMatchObject({ key: "task.superseded", values: { epoch: 1, seen: 2 } });
    await node.sh(["test", "-d", DIR]);
    await live(2);
    expect((await ended(await start([step("same", `rmdir ${DIR}`, null)]))).state).toBe("done");
  } finally {
    await live(1);
    await node.sh("rm -rf /var/lib/spindle");
  }
});
