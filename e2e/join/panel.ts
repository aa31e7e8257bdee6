import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { eq } from "drizzle-orm";
import type { LabNode } from "../../lab/index.ts";
import { db } from "../../lib/db/client.ts";
import { type OpenDatabase, openPanelDatabase } from "../../lib/db/open.ts";
import { clusters, drafts, taskSteps, tasks } from "../../lib/db/schema/index.ts";
import type { DraftData, DraftView } from "../../lib/domain/dto.ts";
import { TASK_ENDED } from "../../lib/domain/plan.ts";
import { type Env, parseEnv } from "../../lib/env.ts";
import { startEngine, stopEngine } from "../../lib/plans/engine.ts";
import { loadMasterKey } from "../../lib/secrets/master.ts";
import { closeConnections } from "../../lib/ssh/pool.ts";
import { registerJoinSteps } from "../../lib/services/clusters/record.ts";
import type { ServiceContext } from "../../lib/services/context.ts";
import { confirmDraft } from "../../lib/services/drafts/confirm.ts";
import { saveDraft, startClusterDraft } from "../../lib/services/drafts/edit.ts";
import { addMachine, confirmHostKey } from "../../lib/services/drafts/machines.ts";
import { getDraft } from "../../lib/services/drafts/view.ts";

/** What a lab test of the join stands on: a panel's database and engine in this process, without pages. */
export interface LabPanel {
  ctx: ServiceContext;
  close(): Promise<void>;
}

/** Starts a panel of its own in a folder of its own. */
export async function openLabPanel(): Promise<LabPanel> {
  const folder = await mkdtemp(join(tmpdir(), "spindle-join-"));
  await chmod(folder, 0o711);
  const holder = globalThis as unknown as Record<symbol, Env>;
  holder[Symbol.for("spindle.env")] = parseEnv({ SPINDLE_DATA: join(folder, "data"), SPINDLE_LOG: "warn" }, []);
  const database: OpenDatabase = await openPanelDatabase();
  await loadMasterKey();
  registerJoinSteps();
  await startEngine();
  return {
    ctx: {
      actor: { id: "tester", name: "Tester", email: "tester@localhost" },
      requestId: "test",
      address: "127.0.0.1",
      now: new Date(),
    },
    close: async () => {
      await stopEngine();
      await closeConnections();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const POLL_MS = 100;

/** Waits for a condition with a deadline; says what it waited for. */
export async function until<T>(what: string, seconds: number, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
    await pause(POLL_MS);
  }
}

/** A new cluster draft with these storages, standing at its nodes. */
export async function typeCluster(ctx: ServiceContext, name: string, storages: DraftData["storages"]): Promise<string> {
  const { draftId } = await startClusterDraft(ctx);
  const { version, data } = await getDraft(ctx, draftId);
  await saveDraft(ctx, {
    draftId,
    version,
    data: { ...data, name, storages, mainKey: storages[0]?.key ?? null, step: "nodes" },
  });
  return draftId;
}

/** The draft once no machine of it is being read or looked at. */
export function settled(ctx: ServiceContext, draftId: string): Promise<DraftView> {
  return until("the looks to end", 180, async () => {
    const draft = await getDraft(ctx, draftId);
    return draft.nodes.every((node) => node.state !== "reading-key" && node.state !== "looking") ? draft : undefined;
  });
}

/** Adds a node of the lab by its root password, compares its key with the one inside it, and waits for the look. */
export async function addLabNode(ctx: ServiceContext, draftId: string, node: LabNode): Promise<DraftView> {
  const { key } = await addMachine(ctx, {
    draftId,
    address: node.address,
    port: node.port,
    user: node.user,
    credential: "password",
    password: node.rootPassword,
  });
  const seen = await settled(ctx, draftId);
  const fingerprint = seen.nodes.find((one) => one.key === key)?.seenFingerprint ?? "";
  const keys = await Promise.all((["ed25519", "ecdsa", "rsa"] as const).map((type) => node.hostKeyFingerprint(type)));
  if (!keys.includes(fingerprint)) throw new Error(`${fingerprint} is none of the node's host keys`);
  await confirmHostKey(ctx, { draftId, key, fingerprint });
  return settled(ctx, draftId);
}

/** Confirms what the draft shows and waits for the task's end. */
export async function runDraft(
  ctx: ServiceContext,
  draft: DraftView,
): Promise<{ task: typeof tasks.$inferSelect; steps: (typeof taskSteps.$inferSelect)[] }> {
  if (!draft.digest)
    throw new Error(
      `the draft can't be confirmed: ${JSON.stringify(draft.blockers)} ${JSON.stringify(draft.problems)} ${JSON.stringify(failedRows(draft))}`,
    );
  const { taskId } = await confirmDraft(ctx, { draftId: draft.id, digest: draft.digest });
  return endOf(taskId);
}

/** Puts a cluster row in the way of the draft's last step, so that its task fails there; answers with what takes it away. */
export async function blockLastStep(draftId: string): Promise<() => Promise<unknown>> {
  const [row] = await db().select().from(drafts).where(eq(drafts.id, draftId));
  const id = (row!.data as { clusterId: string }).clusterId;
  await db()
    .insert(clusters)
    .values({ id, name: "in the way", virtualization: "kvm", imageDir: "/image", shareDir: "/share" });
  return () => db().delete(clusters).where(eq(clusters.id, id));
}

/** Waits for a task's end. */
export async function endOf(taskId: string) {
  const task = await until("the task", 1800, async () => {
    const [row] = await db().select().from(tasks).where(eq(tasks.id, taskId));
    return row && TASK_ENDED.includes(row.state) ? row : undefined;
  });
  const steps = await db().select().from(taskSteps).where(eq(taskSteps.taskId, taskId)).orderBy(taskSteps.position);
  return { task, steps };
}

/** Rows that stand in the way, as `group row: sentence key`. */
export function failedRows(draft: DraftView): string[] {
  return draft.nodes.flatMap((node) =>
    node.groups.flatMap((group) =>
      group.rows
        .filter((row) => row.state === "fail")
        .map(
          (row) =>
            `${group.storageKey ?? "node"} ${row.id}: ${row.detail?.key} ${JSON.stringify(row.detail?.values ?? {})}`,
        ),
    ),
  );
}
