/** A process of its own, because the database's address is read from the environment once. */
import { text as readAll } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { db } from "../../lib/db/client.ts";
import { openToolDatabase } from "../../lib/db/open.ts";
import { tasks, users } from "../../lib/db/schema/index.ts";
import type { DraftView } from "../../lib/domain/dto.ts";
import { TASK_ENDED } from "../../lib/domain/plan.ts";
import { loadMasterKey } from "../../lib/secrets/master.ts";
import type { ServiceContext } from "../../lib/services/context.ts";
import { confirmDraft } from "../../lib/services/drafts/confirm.ts";
import { saveDraft, startClusterDraft } from "../../lib/services/drafts/edit.ts";
import { addMachine, confirmHostKey } from "../../lib/services/drafts/machines.ts";
import { getDraft } from "../../lib/services/drafts/view.ts";
import type { FillInput } from "./fill.ts";

const POLL_MS = 500;
const DEADLINE_MS = 600_000;

async function contextOf(email: string): Promise<ServiceContext> {
  const [user] = await db().select().from(users).where(eq(users.email, email));
  if (!user) throw new Error(`no administrator ${email}`);
  return { actor: { id: user.id, name: user.name, email }, requestId: "demo", address: "127.0.0.1", now: new Date() };
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ten minutes for ${what}`);
    await pause(POLL_MS);
  }
}

async function type(ctx: ServiceContext, input: FillInput): Promise<string> {
  const { draftId } = await startClusterDraft(ctx);
  const { version, data } = await getDraft(ctx, draftId);
  const storages: DraftView["data"]["storages"] = [
    { key: "s1", kind: "file", name: "files", config: { vmDir: "/vm" } },
    { key: "s2", kind: "lvm", name: "group", config: { vgName: "lvm0" } },
  ];
  await saveDraft(ctx, {
    draftId,
    version,
    data: { ...data, name: input.cluster, storages, mainKey: "s1", step: "review" },
  });
  return draftId;
}

async function addNodes(ctx: ServiceContext, draftId: string, input: FillInput): Promise<void> {
  for (const { fingerprint, ...node } of input.nodes) {
    const { key } = await addMachine(ctx, { draftId, ...node, credential: "password" });
    await until(`the host key of ${node.address}`, async () => {
      const seen = (await getDraft(ctx, draftId)).nodes.find((one) => one.key === key);
      if (seen?.state === "failed") throw new Error(`${node.address}: ${JSON.stringify(seen.error)}`);
      return seen?.state === "confirm-key" ? true : undefined;
    });
    await confirmHostKey(ctx, { draftId, key, fingerprint });
  }
}

async function main(): Promise<void> {
  const input = JSON.parse(await readAll(process.stdin)) as FillInput;
  const database = await openToolDatabase();
  try {
    await loadMasterKey();
    const ctx = await contextOf(input.email);
    const draftId = await type(ctx, input);
    await addNodes(ctx, draftId, input);
    const ready = await until("the nodes to be looked at", async () => {
      const draft = await getDraft(ctx, draftId);
      const bad = draft.nodes.find((node) => node.state === "failed" || node.state === "blocked");
      if (bad) throw new Error(`${bad.address} can't join: ${JSON.stringify(bad.error ?? bad.groups)}`);
      return draft.blockers.length === 0 && draft.digest ? draft : undefined;
    });
    const { taskId } = await confirmDraft(ctx, { draftId, digest: ready.digest as string });
    const ended = await until("the cluster", async () => {
      const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
      return task && TASK_ENDED.includes(task.state) ? task : undefined;
    });
    if (ended.state !== "done") throw new Error(`the task ended ${ended.state}: ${JSON.stringify(ended.error)}`);
  } finally {
    await database.close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
