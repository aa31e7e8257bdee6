import { eq, inArray } from "drizzle-orm";
import { db, inTransaction } from "../../db/client.ts";
import { draftNodes, secrets } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import type { Plan } from "../../domain/plan.ts";
import { type Text, text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import { failureView } from "../../server/failure.ts";
import type { ServiceContext } from "../context.ts";
import { lockStayingCluster } from "../storages/lock.ts";
import { startPlan } from "../tasks/start-plan.ts";
import { typedStorages } from "./edit.ts";
import type { MachineFacts } from "./facts.ts";
import { lookAt } from "./look.ts";
import { secretIdsOf } from "./storage-secrets.ts";
import { announceDraft, loadDraft, lockDraft } from "./stored.ts";
import { type JudgedDraft, judgeDraft } from "./view.ts";

/** A machine that does not answer within this time can't be joined now. */
const LOOK_DEADLINE_MS = 300_000;

function stale(changed: readonly Text[]): PanelError {
  const what = changed[0] ?? text("join.stale.plan");
  return new PanelError({ code: "stale", message: what, hint: text("join.stale.hint") });
}

/** Somebody else has made, or is making, a cluster of that name: said at the field, wherever one stands in the wizard. */
function refuseTakenName({ problems, input, draft }: JudgedDraft): void {
  if (problems.name && input.takenNames.has(draft.stored.form.name.toLowerCase()))
    throw new PanelError({ code: "already-exists", message: problems.name, fields: { name: problems.name } });
}

/** Refuses unless the draft stands as it was shown, and nothing stands in its way. */
function requireShown(judged: JudgedDraft, digest: string): Plan {
  refuseTakenName(judged);
  const [blocker] = judged.blockers;
  if (blocker) throw new PanelError({ code: "conflict", message: blocker });
  const { plan } = judged.assembled;
  if (!plan || judged.digest === null)
    throw new PanelError({ code: "conflict", message: text("join.blocker.no-nodes") });
  if (judged.digest !== digest) throw stale([]);
  return plan;
}

/** Looks at every machine once more and keeps what was found; the draft's pages show it whatever comes of it. */
async function lookOnceMore(judged: JudgedDraft): Promise<void> {
  const { draft, input } = judged;
  const plan = input.plan;
  if (!plan) return;
  const signal = AbortSignal.timeout(LOOK_DEADLINE_MS);
  await Promise.all(
    draft.nodes.map(async (node) => {
      const where = eq(draftNodes.key, node.key);
      try {
        const facts: MachineFacts = await lookAt(plan, node, () => {}, signal);
        await db()
          .update(draftNodes)
          .set({ facts: { ...facts }, lookedAt: new Date(), error: null })
          .where(where);
      } catch (error) {
        await db()
          .update(draftNodes)
          .set({ state: "failed", error: failureView(error, draft.row.id) })
          .where(where);
      }
    }),
  );
  await announceDraft(draft.row.id);
}

/** Why the plan that was shown is not the one that the machines call for now; the page lists the steps that differ. */
function changes(before: Plan, after: JudgedDraft): Text[] {
  const failed = after.draft.nodes.find((node) => node.state === "failed" && node.error);
  if (failed?.error) return [failed.error.message];
  const [blocker] = after.blockers;
  if (blocker) return [blocker];
  const onNodes = (plan: Plan | null) => JSON.stringify(plan?.steps.filter((step) => step.kind === "node"));
  return [text(onNodes(before) === onNodes(after.assembled.plan) ? "join.stale.plan" : "join.stale.machine")];
}

/**
 * Starts what was shown. The machines are read once more; when they have changed since, nothing runs, and the error
 * `stale` says what is different while the draft shows the new plan. `busy`: another task has one of the machines.
 */
export async function confirmDraft(
  ctx: ServiceContext,
  input: { draftId: string; digest: string },
): Promise<{ taskId: string }> {
  const before = await judgeDraft(await loadDraft(ctx.actor.id, input.draftId));
  const shown = requireShown(before, input.digest);
  await lookOnceMore(before);
  try {
    return await start(ctx, input, shown, before.draft.stored.clusterId);
  } catch (error) {
    // Two began at once: the one who was first has the name by now.
    if (error instanceof PanelError && error.view.code === "busy")
      refuseTakenName(await judgeDraft(await loadDraft(ctx.actor.id, input.draftId)));
    throw error;
  }
}

function start(
  ctx: ServiceContext,
  input: { draftId: string; digest: string },
  shown: Plan,
  clusterId: string,
): Promise<{ taskId: string }> {
  return inTransaction(async (tx) => {
    // Before the draft, as whoever ends drafts with their cluster does. A cluster that is still to be made locks nothing.
    await lockStayingCluster(tx, clusterId);
    const judged = await judgeDraft(await lockDraft(ctx.actor.id, input.draftId, tx), tx);
    refuseTakenName(judged);
    const { plan } = judged.assembled;
    if (!plan || judged.digest !== input.digest) throw stale(changes(shown, judged));
    // A task may last longer than the hour that a draft keeps a key or a secret.
    await tx
      .update(secrets)
      .set({ expiresAt: null })
      .where(
        inArray(secrets.id, [
          ...judged.draft.nodes.map((node) => node.keySecret),
          ...secretIdsOf(typedStorages(judged.draft)),
        ]),
      );
    const taskId = await startPlan(tx, ctx, plan, { digest: input.digest, draftId: input.draftId, clusterId });
    await announceChanged(tx, "draft", input.draftId);
    return { taskId };
  });
}
