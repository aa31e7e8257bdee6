import { setTimeout as sleep } from "node:timers/promises";
import { asc, eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import type { LabNode } from "../../lab/index.ts";
import { db, inTransaction } from "../../lib/db/client.ts";
import { taskLocks, taskSteps, tasks } from "../../lib/db/schema/index.ts";
import type { NodeStep, Plan, PlanTarget, Step } from "../../lib/domain/plan.ts";
import { text } from "../../lib/domain/text.ts";
import { createTask } from "../../lib/plans/create-task.ts";
import { sealSecret } from "../../lib/secrets/store.ts";
import { bareNodes, nodesDown } from "../support/nodes.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { EngineProcess } from "./engine-host.ts";

export const title = text("task.waiting", { node: "sample" });
export const author = { actor: { id: "u", name: "Ada" }, address: null, requestId: "test" };
/** What the steps of these tests make. */
export const DIR = "/vm-outcome";
/** How long an engine waits for a node in a test that has it give the node up. */
export const IMPATIENT_MS = 4_000;
const DEADLINE_MS = 300_000;

export const sh = (script: string) => ({ argv: ["sh", "-c", script] });

export function step(id: string, script: string, undo: string | null, over: Partial<NodeStep> = {}): NodeStep {
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

export const directory = (over: Partial<NodeStep> = {}) =>
  step("directory", `mkdir ${DIR}`, null, {
    undo: { title, command: sh(`rmdir ${DIR}`), proof: { command: sh(`ls -A ${DIR}`), stdout: "" } },
    alreadyDone: { command: sh(`test -d ${DIR}`) },
    ...over,
  });

export const rowsOf = (id: string) =>
  db().select().from(taskSteps).where(eq(taskSteps.taskId, id)).orderBy(asc(taskSteps.position));

export const heldLocks = async () => (await db().select().from(taskLocks)).map(({ key }) => key);

async function taskOf(id: string) {
  const [task] = await db().select().from(tasks).where(eq(tasks.id, id));
  return task!;
}

type Wanted = Partial<PlanTarget> & { password?: string; locks?: string[]; holds?: string[] };

/** A node, a database and an engine that carries out one plan after the other. */
class OneNode {
  #begun: { node: LabNode; fingerprint: string; database: TestDatabase } | null = null;
  #engine: EngineProcess | null = null;

  get #it() {
    if (!this.#begun) throw new Error("node and database are not there yet");
    return this.#begun;
  }

  get node(): LabNode {
    return this.#it.node;
  }

  async open(): Promise<void> {
    const [database, lab] = await Promise.all([testDatabase(), bareNodes()]);
    const node = lab.nodes[0]!;
    this.#begun = { node, fingerprint: await node.hostKeyFingerprint(), database };
  }

  async close(): Promise<void> {
    await this.#begun?.database.remove();
    await nodesDown();
  }

  async killEngine(): Promise<void> {
    await this.#engine?.kill();
  }

  /** Another engine in the place of the last one. It gives a node up after so long; default: as long as a panel waits. */
  async newEngine(nodeWaitMs?: number): Promise<void> {
    await this.killEngine();
    const { url: databaseUrl, dataDir, keyFile } = this.#it.database;
    const modules = [new URL("sample-steps.ts", import.meta.url).pathname];
    this.#engine = new EngineProcess({ databaseUrl, dataDir, keyFile, modules, nodeWaitMs }, null);
  }

  async start(steps: Step[], over: Wanted = {}): Promise<string> {
    const { password = this.node.rootPassword, holds = [], locks = holds, ...rest } = over;
    return inTransaction(async (tx) => {
      const passwordSecret = await sealSecret({ purpose: "join-password", value: password }, tx);
      const { address, port, name } = this.node;
      const target = {
        ...{ key: "n1", label: name, address, port, user: "root", fingerprint: this.#it.fingerprint },
        ...{ nodeId: "nd_x", passwordSecret, ...rest },
      };
      const plan: Plan = { format: 1, kind: "outcome", title, targets: [target], steps, locks, holds, notes: [] };
      return createTask(tx, author, plan);
    });
  }

  async waitFor<T>(read: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
    for (const end = Date.now() + DEADLINE_MS; ; await sleep(100)) {
      const value = await read();
      if (good(value)) return value;
      if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)}\n${this.#engine?.output.join("\n")}`);
    }
  }

  /** State of the task and of each step once it has ended. */
  async ended(id: string) {
    const task = await this.waitFor(
      () => taskOf(id),
      ({ endedAt }) => endedAt !== null,
    );
    const rows = await rowsOf(id);
    return { state: task.state, code: task.error?.code ?? null, steps: rows.map(({ state }) => state), rows, task };
  }

  /** The name of the unit that runs the step at this position, once it runs. */
  async runningUnit(position = 0): Promise<string> {
    const list = () =>
      this.node.sh(
        `systemctl list-units --no-legend --plain --state=running 'spindle-*-${position}-do*' | cut -d' ' -f1`,
      );
    return (await this.waitFor(list, (names) => names.trim() !== "")).trim();
  }

  /** Nothing of any task stays, neither on the node nor of its locks, however it ended. */
  async leavesNothing(): Promise<void> {
    const traces = "ls -d /var/lib/spindle; systemctl list-units --all --no-legend --plain 'spindle-*'";
    expect((await this.node.exec(traces)).stdout).toBe("");
    expect(await heldLocks()).toEqual([]);
  }
}

/** What the tests of one file have together. Each begins with an engine of its own, and leaves nothing on the node. */
export function oneNode(): OneNode {
  const site = new OneNode();
  beforeAll(() => site.open());
  afterAll(() => site.close());
  beforeEach(async () => {
    await site.node.sh(["rm", "-rf", DIR]);
    await site.newEngine();
  });
  afterEach(async () => {
    await site.killEngine();
    await site.leavesNothing();
  });
  return site;
}
