import { and, eq, isNull } from "drizzle-orm";
import { db, type Executor } from "../../db/client.ts";
import { taskLocks, tasks } from "../../db/schema/index.ts";
import type { Problems } from "../../domain/cluster-rules.ts";
import type { DraftData, DraftNodeView, DraftView } from "../../domain/dto.ts";
import { type Text, text } from "../../domain/text.ts";
import { digest } from "../../plans/digest.ts";
import { authorizedKeysLine } from "../../ssh/keys.ts";
import { formValues } from "../../storage/form.ts";
import { driverOf } from "../../storage/registry.ts";
import type { ServiceContext } from "../context.ts";
import { type Assembled, assemble } from "./assemble.ts";
import { isOfKind, type MachineFacts } from "./facts.ts";
import { type DraftInput, readDraftInput } from "./input.ts";
import type { MachineJudgement } from "./judge-machine.ts";
import { problemsOf } from "./problems.ts";
import { withLivingSecrets } from "./storage-secrets.ts";
import { type DraftNodeRow, type LoadedDraft, loadDraft } from "./stored.ts";

const NOTHING: Assembled = { plan: null, groups: new Map(), judgements: new Map() };

/** A draft with all that follows from it. */
export interface JudgedDraft {
  draft: LoadedDraft;
  input: DraftInput;
  problems: Problems;
  assembled: Assembled;
  blockers: Text[];
  /** Of plan and pinned keys; null while there is no plan that can be confirmed. */
  digest: string | null;
  taskId: string | null;
}

/** The open task that was started from this draft. */
async function openTask(draftId: string, tx: Executor): Promise<string | null> {
  const [row] = await tx
    .select({ id: tasks.id })
    .from(taskLocks)
    .innerJoin(tasks, eq(tasks.id, taskLocks.taskId))
    .where(and(eq(taskLocks.key, `draft:${draftId}`), isNull(tasks.endedAt)));
  return row?.id ?? null;
}

/** Judges a draft from what is stored; contacts nothing. */
export async function judgeDraft(loaded: LoadedDraft, tx: Executor = db()): Promise<JudgedDraft> {
  const living = await withLivingSecrets(loaded.stored.form, tx);
  const draft = living === loaded.stored.form ? loaded : { ...loaded, stored: { ...loaded.stored, form: living } };
  const [input, taskId] = [await readDraftInput(draft, tx), await openTask(draft.row.id, tx)];
  const { form } = draft.stored;
  const problems = draft.row.kind === "join" ? {} : problemsOf(form, input.takenNames, draft.fixed);
  const assembled = input.plan ? assemble(input.plan) : NOTHING;
  const blockers = blockersOf(draft, input, problems, assembled, taskId);
  return {
    draft,
    input,
    problems,
    assembled,
    blockers,
    digest: assembled.plan && blockers.length === 0 ? digest(assembled.plan) : null,
    taskId,
  };
}

function blockersOf(
  draft: LoadedDraft,
  input: DraftInput,
  problems: Problems,
  assembled: Assembled,
  taskId: string | null,
): Text[] {
  const blockers: Text[] = [];
  if (taskId) blockers.push(text("join.blocker.running"));
  if (Object.keys(problems).length > 0) blockers.push(text("join.blocker.form"));
  if (draft.nodes.length === 0 && draft.row.kind !== "storage") blockers.push(text("join.blocker.no-nodes"));
  if (!input.hasAllMembers) blockers.push(text("join.blocker.members"));
  for (const node of draft.nodes) {
    const reason = machineBlocker(node, assembled.judgements.get(node.key), input.withCredential.has(node.key));
    if (reason) blockers.push(text(`join.blocker.${reason}`, { node: node.address }));
  }
  return blockers;
}

function machineBlocker(
  node: DraftNodeRow,
  judgement: MachineJudgement | undefined,
  hasCredential: boolean,
): string | null {
  if (node.state === "reading-key") return "reading-key";
  if (node.state === "confirm-key") return "confirm-key";
  if (node.state === "failed") return "failed";
  if (node.state === "looking") return "looking";
  if (judgement?.hasFailed) return "preflight";
  if (!hasCredential) return "no-credential";
  return judgement?.isComplete ? null : "look-again";
}

function summaryOf(judgement: MachineJudgement | undefined): DraftNodeView["summary"] {
  const summary = judgement?.machine?.summary;
  if (!summary) return {};
  const { hostname, system, threads, memory } = summary as DraftNodeView["summary"];
  return { hostname, system, threads: threads ?? undefined, memory: memory ?? undefined };
}

/** What was found on a machine for each storage of the form, whatever is typed in it now. */
function foundOn(node: DraftNodeRow, storages: DraftData["storages"]): DraftNodeView["found"] {
  const facts = node.facts as unknown as MachineFacts | null;
  return Object.fromEntries(
    storages.flatMap(({ key, kind }) => {
      const seen = facts?.storages[key];
      const driver = driverOf(kind);
      if (!seen || seen.facts === undefined || !driver || !isOfKind(seen, kind)) return [];
      return [[key, driver.found(seen.facts)]];
    }),
  );
}

function machineView(
  node: DraftNodeRow,
  storages: DraftData["storages"],
  judgement: MachineJudgement | undefined,
  hasCredential: boolean,
): DraftNodeView {
  const isStale = node.state === "ready" && judgement !== undefined && !judgement.isComplete;
  const { key, address, port, user, credential, seenFingerprint, fingerprint, choices, error } = node;
  return {
    ...{ key, address, port, user, credential, seenFingerprint, fingerprint, choices, error },
    publicKey: credential === "member" ? "" : authorizedKeysLine(node.publicKey, key),
    state: node.state === "ready" && (judgement?.hasFailed || isStale) ? "blocked" : node.state,
    summary: summaryOf(judgement),
    groups: judgement?.groups ?? [],
    found: foundOn(node, storages),
    lookedAt: node.lookedAt?.toISOString() ?? null,
    hasCredential,
  };
}

/** A storage as its form has it: what changes of parts have added to a cluster's own is nothing that is typed. */
const asTyped = (storage: DraftData["storages"][number]) => ({ ...storage, config: formValues(storage.config) });

/** A judged draft as pages see it. */
export function viewOf({ draft, input, problems, assembled, blockers, digest, taskId }: JudgedDraft): DraftView {
  const { row, stored, nodes, fixed } = draft;
  return {
    id: row.id,
    kind: row.kind,
    clusterId: row.clusterId,
    version: row.version,
    data: { ...stored.form, storages: stored.form.storages.map(asTyped) },
    fixed,
    nodes: nodes.map((node) =>
      machineView(node, stored.form.storages, assembled.judgements.get(node.key), input.withCredential.has(node.key)),
    ),
    problems,
    plan: assembled.plan,
    digest,
    blockers,
    taskId,
  };
}

/** A draft of whoever asks, from the database alone. Throws PanelError `not-found`. */
export async function getDraft(ctx: ServiceContext, draftId: string): Promise<DraftView> {
  return viewOf(await judgeDraft(await loadDraft(ctx.actor.id, draftId)));
}
