import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { DIR, directory, heldLocks, IMPATIENT_MS, oneNode, rowsOf, sh, step, title } from "./one-node.ts";

const site = oneNode();
const GROUP = "volume-group:VG-1";
const released = () => site.waitFor(heldLocks, (keys) => keys.length === 0);

it("keeps others away from what a node that stands still had begun, until that has ended there @S28", async () => {
  await site.newEngine(IMPATIENT_MS);
  // Its clock goes on while it stands still: the deadline must not pass meanwhile.
  const command = { ...sh(`sleep 10; mkdir ${DIR}`), timeoutMs: 900_000 };
  const id = await site.start([step("create", "", `rmdir ${DIR}`, { command })], { holds: [GROUP] });
  await site.runningUnit();
  await site.node.freeze();
  try {
    const { state, steps, rows } = await site.ended(id);
    expect([state, ...steps]).toEqual(["failed", "left"]);
    expect(rows[0]?.error?.code).toBe("outcome-unknown");
    // The round that looks after held locks comes by meanwhile, and learns nothing.
    await sleep(25_000);
    expect(await heldLocks()).toEqual([GROUP]);
    const other = site.start([directory()], { locks: [GROUP] });
    await expect(other).rejects.toMatchObject({
      view: { code: "busy", message: { key: "task.held", values: { id } } },
    });
  } finally {
    await site.node.thaw();
  }
  await released();
  // It went on where it stood, to its end: only then the lock was let go.
  await site.node.sh(["test", "-d", DIR]);
});

it("lets go of what a node had begun once it has booted anew @S28", async () => {
  await site.newEngine(IMPATIENT_MS);
  const id = await site.start([step("create", `sleep 600; mkdir ${DIR}`, `rmdir ${DIR}`)], { holds: [GROUP] });
  await site.runningUnit();
  await site.node.kill();
  try {
    const { state, steps } = await site.ended(id);
    expect([state, ...steps]).toEqual(["failed", "left"]);
    expect(await heldLocks()).toEqual([GROUP]);
  } finally {
    await site.node.start();
  }
  await released();
  expect((await site.node.exec(["test", "-e", DIR])).code).toBe(1);
});

it("hears what a node went on with while it could not be asked, before it takes that back", async () => {
  await site.newEngine(IMPATIENT_MS);
  const id = await site.start([step("create", `sleep 40; mkdir ${DIR}`, `rmdir ${DIR}`)], { holds: [GROUP] });
  await site.runningUnit();
  await site.node.cut();
  try {
    await site.waitFor(
      () => rowsOf(id),
      (rows) => rows[0]?.state === "failed",
    );
    expect((await rowsOf(id))[0]?.error?.code).toBe("outcome-unknown");
    // The way back begins with a connection that does not come about: whoever goes on with it finds the node again.
    await site.killEngine();
  } finally {
    await site.node.uncut();
  }
  await site.newEngine();
  const { state, steps, rows } = await site.ended(id);
  expect([state, ...steps]).toEqual(["undone", "undone"]);
  // One attempt at the step, then one at its undo: it was not done again.
  expect(rows[0]?.attempt).toBe(2);
  expect((await site.node.exec(["test", "-e", DIR])).code).toBe(1);
  expect(await heldLocks()).toEqual([]);
});

it("a command that was killed at its deadline may hang: an undo that is refused does not free the lock", async () => {
  const create = step("create", "trap '' TERM; sleep 120", null, {
    command: { ...sh("trap '' TERM; sleep 120"), timeoutMs: 1_000 },
    undo: { title, command: sh("true"), proof: { command: sh("exit 1") } },
  });
  const { state, steps, rows, task } = await site.ended(await site.start([create], { holds: [GROUP] }));
  expect([state, task.error?.code, ...steps]).toEqual(["failed", "timeout", "left"]);
  expect(rows[0]).toMatchObject({ exitCode: 137, error: { code: "outcome-unknown" } });
  expect(await heldLocks()).toEqual([GROUP]);
  await released();
});
