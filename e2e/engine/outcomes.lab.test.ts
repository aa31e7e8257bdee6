import { expect, it } from "vitest";
import { db } from "../../lib/db/client.ts";
import { panel, secrets } from "../../lib/db/schema/index.ts";
import type { Step } from "../../lib/domain/plan.ts";
import { cancelTask } from "../../lib/services/tasks/cancel-task.ts";
import { author, DIR, directory, IMPATIENT_MS, oneNode, rowsOf, sh, step, title } from "./one-node.ts";

const site = oneNode();
const fails = step("fails", "echo no; exit 3", null);

it("undoes what was done before the step that failed, in reverse, and keeps the words of the failure", async () => {
  const id = await site.start([directory(), step("file", `touch ${DIR}/a`, `rm ${DIR}/a`), fails]);
  const { state, steps, task, rows } = await site.ended(id);
  expect([state, ...steps]).toEqual(["undone", "undone", "undone", "undone"].with(3, "failed"));
  expect(task.error).toMatchObject({
    code: "command-failed",
    command: { node: site.node.name, exitCode: 3, output: "no\n" },
  });
  expect(rows[2]).toMatchObject({ exitCode: 3, output: "no\n" });
  expect((await site.node.exec(["test", "-e", DIR])).code).toBe(1);
});

it("skips what is there already, and leaves it there on the way back", async () => {
  await site.node.sh(["mkdir", DIR]);
  const { state, steps } = await site.ended(await site.start([directory(), fails]));
  expect([state, ...steps]).toEqual(["undone", "skipped", "failed"]);
  await site.node.sh(["test", "-d", DIR]);
});

it("runs nothing where the precondition does not hold", async () => {
  const guarded = directory({ alreadyDone: undefined, precondition: { command: sh("echo ' two '"), stdout: "one" } });
  const { state, code, steps, rows } = await site.ended(await site.start([guarded]));
  expect([state, code, ...steps]).toEqual(["undone", "conflict", "failed"]);
  expect(rows[0]?.output).toBe("two\n");
  expect((await site.node.exec(["test", "-e", DIR])).code).toBe(1);
});

it("leaves what it can't prove to be empty, and says so", async () => {
  const { state, steps, rows } = await site.ended(
    await site.start([directory(), step("other", `touch ${DIR}/other`, null), fails]),
  );
  expect([state, ...steps]).toEqual(["failed", "left", "done", "failed"]);
  expect(rows[0]?.error).toMatchObject({ code: "not-empty", command: { output: "other\n" } });
  await site.node.sh(["test", "-e", `${DIR}/other`]);
});

it("is undone when cancelled, after the step that runs", async () => {
  const id = await site.start([directory(), step("slow", "sleep 3", null), step("never", "true", null)]);
  await site.waitFor(
    () => rowsOf(id),
    (rows) => rows[1]?.state === "running",
  );
  await cancelTask({ ...author, address: "", now: new Date(), actor: { ...author.actor, email: "" } }, { taskId: id });
  const { state, code, steps } = await site.ended(id);
  expect([state, code, ...steps]).toEqual(["cancelled", null, "undone", "done", "pending"]);
});

it("asks for the effect when a command was cut short: undone where it is not there", async () => {
  const id = await site.start([
    directory(),
    step("slow", `sleep 60; touch ${DIR}/late`, `rm -f ${DIR}/late`, {
      alreadyDone: { command: sh(`test -e ${DIR}/late`) },
    }),
  ]);
  await site.waitFor(
    () => rowsOf(id),
    (rows) => rows[1]?.state === "running",
  );
  await site.node.sh(["systemctl", "kill", "--signal=KILL", await site.runningUnit(1)]);
  const { state, code, steps } = await site.ended(id);
  expect([state, code, ...steps]).toEqual(["undone", "outcome-unknown", "undone", "undone"]);
});

it("asks for the effect when a command was cut short: done where it is there", async () => {
  const id = await site.start([directory({ command: sh(`mkdir ${DIR}; sleep 60`) })]);
  await site.waitFor(
    () => site.node.exec(["test", "-d", DIR]),
    ({ code }) => code === 0,
  );
  await site.node.sh(["systemctl", "kill", "--signal=KILL", await site.runningUnit()]);
  const { state, steps } = await site.ended(id);
  expect([state, ...steps]).toEqual(["done", "done"]);
});

it("goes on when the node comes back on the net; its command has run to its end meanwhile", async () => {
  const id = await site.start([step("slow", `sleep 4; mkdir ${DIR}`, null)]);
  await site.runningUnit();
  await site.node.cut();
  try {
    await site.waitFor(
      () => site.node.exec(["test", "-d", DIR]),
      ({ code }) => code === 0,
    );
  } finally {
    await site.node.uncut();
  }
  const { state, steps, rows } = await site.ended(id);
  expect([state, ...steps]).toEqual(["done", "done"]);
  expect(rows[0]?.attempt).toBe(1);
});

it("asks for the effect when the power of the node was cut", async () => {
  const id = await site.start([
    directory(),
    step("slow", "sleep 600", null, { alreadyDone: { command: sh("false") } }),
  ]);
  await site.runningUnit(1);
  await site.node.kill();
  await site.node.start();
  const { state, code, steps } = await site.ended(id);
  expect([state, code, ...steps]).toEqual(["undone", "outcome-unknown", "undone", "failed"]);
  expect((await site.node.exec(["test", "-e", DIR])).code).toBe(1);
});

it("gives a node up that stays away, says what it could not undo", async () => {
  await site.newEngine(IMPATIENT_MS);
  const id = await site.start([directory(), step("slow", "sleep 2", null), fails]);
  await site.runningUnit(1);
  await site.waitFor(
    () => rowsOf(id),
    (rows) => rows[1]?.state === "running",
  );
  await site.node.cut();
  try {
    const { state, steps, rows } = await site.ended(id);
    expect([state, steps[0]]).toEqual(["failed", "left"]);
    expect(rows[0]?.error?.code).toBe("unreachable");
  } finally {
    await site.node.uncut();
  }
  await site.node.sh("rm -rf /var/lib/spindle");
});

it("sends nothing to a machine with another host key, and starts nothing where it is not let in", async () => {
  const other = await site.ended(await site.start([directory()], { fingerprint: "SHA256:another" }));
  expect([other.state, other.code, ...other.steps]).toEqual(["undone", "host-key", "failed"]);
  const wrong = await site.ended(await site.start([directory()], { password: "wrong" }));
  expect([wrong.state, wrong.code, ...wrong.steps]).toEqual(["undone", "auth-failed", "failed"]);
});

it("refuses a second task on the same thing at once, and names the first", async () => {
  const id = await site.start([step("slow", "sleep 3", null)], { locks: ["a", "vg:1"] });
  await expect(site.start([directory()], { locks: ["vg:1", "z"] })).rejects.toMatchObject({
    view: { code: "busy", message: { values: { id } } },
  });
  await site.ended(id);
  expect((await site.ended(await site.start([directory()], { locks: ["vg:1"] }))).state).toBe("done");
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
  const { state, code, steps } = await site.ended(await site.start([directory(), panel]));
  expect([state, code, ...steps]).toEqual(["undone", "internal", "undone", "failed"]);
});

it("keeps at most 64 kB of what a command prints, its beginning and its end, and survives a flood and a NUL", async () => {
  const { state, rows } = await site.ended(
    await site.start([
      step("flood", "printf 'first\\0'; head -c 9000000 /dev/zero | tr '\\0' x; echo; echo last", null),
    ]),
  );
  const output = rows[0]?.output ?? "";
  expect(state).toBe("done");
  expect(output.length).toBeLessThan(70_000);
  expect([output.startsWith("first␀"), output.endsWith("last\n")]).toEqual([true, true]);
});

it("works as a user with sudo, too", async () => {
  await site.node.sh(
    "id ada >/dev/null 2>&1 || useradd -m -s /bin/sh ada; echo 'ada:some password' | chpasswd; echo 'ada ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/ada",
  );
  const { state, rows } = await site.ended(
    await site.start([step("who", "id -un", null)], { user: "ada", password: "some password" }),
  );
  expect([state, rows[0]?.output]).toEqual(["done", "root\n"]);
});

it("needs the password no longer than it is there", async () => {
  const id = await site.start([step("slow", "sleep 1", null)]);
  await site.ended(id);
  await db().delete(secrets);
  const { state, code } = await site.ended(await site.start([directory()], { passwordSecret: "se_gone" }));
  expect([state, code]).toEqual(["undone", "not-found"]);
});

it("reads back what a command says it has done, where its word is not enough", async () => {
  const good = await site.ended(await site.start([directory({ isReadBack: true })]));
  expect([good.state, ...good.steps]).toEqual(["done", "done"]);
  await site.node.sh(["rmdir", DIR]);
  const empty = step("empty", "true", "true", { alreadyDone: { command: sh(`test -d ${DIR}`) }, isReadBack: true });
  const bad = await site.ended(await site.start([empty]));
  expect([bad.state, bad.code, ...bad.steps]).toEqual(["undone", "command-failed", "undone"]);
});

it("is refused by a node that a panel of a higher epoch has worked on since", async () => {
  const live = async (epoch: number) => {
    await site.killEngine();
    await db().update(panel).set({ epoch });
    await site.newEngine();
  };
  try {
    await live(2);
    expect((await site.ended(await site.start([directory()]))).state).toBe("done");
    expect(await site.node.sh("ls /var/lib/spindle/*")).toBe("epoch-2\n");
    await live(1);
    const older = await site.ended(await site.start([step("late", `rmdir ${DIR}`, null)]));
    expect([older.state, older.code, ...older.steps]).toEqual(["undone", "conflict", "failed"]);
    expect(older.task.error?.message).toMatchObject({ key: "task.superseded", values: { epoch: 1, seen: 2 } });
    await site.node.sh(["test", "-d", DIR]);
    await live(2);
    expect((await site.ended(await site.start([step("same", `rmdir ${DIR}`, null)]))).state).toBe("done");
  } finally {
    await live(1);
    await site.node.sh("rm -rf /var/lib/spindle");
  }
});
