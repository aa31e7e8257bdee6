import { and, eq, inArray } from "drizzle-orm";
import { db } from "../../db/client.ts";
import { draftNodes, drafts } from "../../db/schema/index.ts";
import { type ErrorView, PanelError } from "../../domain/errors.ts";
import { newId } from "../../domain/ids.ts";
import { text } from "../../domain/text.ts";
import { log } from "../../log.ts";
import { openSecret } from "../../secrets/store.ts";
import { failureView } from "../../server/failure.ts";
import { processWide } from "../../shared.ts";
import { connect } from "../../ssh/connection.ts";
import { readHostKey } from "../../ssh/host-key.ts";
import { run } from "../../ssh/run.ts";
import type { Reader } from "../../storage/contract.ts";
import { lookAtDirectories } from "../../storage/directories.ts";
import { requireDriver } from "../../storage/registry.ts";
import type { PlanInput } from "./assemble.ts";
import { basisOf, type MachineFacts, NO_FACTS } from "./facts.ts";
import { readDraftInput } from "./input.ts";
import { storageBasis } from "./judge-machine.ts";
import { announceDraft, type DraftNodeRow, type LoadedDraft, loadDraft } from "./stored.ts";
import { isToLookAgain } from "./to-look-again.ts";
import { judgeDraft } from "./view.ts";

/** Looks under way in this process, by draft and machine: a newer one ends the older. */
const looks = () => processWide<Map<string, AbortController>>("draft-looks", () => new Map());

/** Rows are written at most this often while they arrive. */
const WRITE_EVERY_MS = 250;

/** A lookout over one machine: its writes count only while no newer look has begun. */
class Look {
  readonly draftId: string;
  readonly key: string;
  readonly number: number;
  readonly abort = new AbortController();

  constructor(node: DraftNodeRow) {
    this.draftId = node.draftId;
    this.key = node.key;
    this.number = node.lookNumber;
  }

  async write(patch: Partial<typeof draftNodes.$inferInsert>): Promise<void> {
    const { draftId, key, number } = this;
    const where = and(eq(draftNodes.draftId, draftId), eq(draftNodes.key, key), eq(draftNodes.lookNumber, number));
    const written = await db().update(draftNodes).set(patch).where(where).returning({ key: draftNodes.key });
    if (written.length > 0) await announceDraft(draftId);
    else this.abort.abort(new Error("A newer look has begun"));
  }
}

/** Begins a job for a machine in the background; what it throws becomes the machine's error. */
function inBackground(node: DraftNodeRow, job: (look: Look) => Promise<void>): void {
  const name = `${node.draftId}/${node.key}`;
  const look = new Look(node);
  looks().get(name)?.abort(new Error("A newer look has begun"));
  looks().set(name, look.abort);
  const work = async () => {
    try {
      await job(look);
    } catch (error) {
      if (!look.abort.signal.aborted) await fail(look, failureView(error, newId("task")));
    } finally {
      if (looks().get(name) === look.abort) looks().delete(name);
    }
  };
  void work().catch((error: unknown) => log.error("a look could not be written", { draft: node.draftId, error }));
}

async function fail(look: Look, error: ErrorView): Promise<void> {
  await look.write({ state: "failed", error });
}

/** Asks a machine for its host key, without any credential. */
export function startReadingKey(node: DraftNodeRow): void {
  inBackground(node, async (look) => {
    const { fingerprint } = await readHostKey(node.address, node.port);
    await look.write({ state: "confirm-key", seenFingerprint: fingerprint, error: null });
  });
}

/** Begins looks at machines of a draft: their state is written first, the look runs in the background. */
export async function startLooks(draft: LoadedDraft, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  for (const node of draft.nodes.filter((one) => keys.includes(one.key))) {
    const [begun] = await db()
      .update(draftNodes)
      .set({ state: "looking", error: null, facts: null, lookNumber: node.lookNumber + 1 })
      .where(
        and(
          eq(draftNodes.draftId, node.draftId),
          eq(draftNodes.key, node.key),
          eq(draftNodes.lookNumber, node.lookNumber),
        ),
      )
      .returning();
    if (begun) inBackground(begun, (look) => lookInto(look, draft.row.ownerId));
  }
  await announceDraft(draft.row.id);
}

async function lookInto(look: Look, ownerId: string): Promise<void> {
  const draft = await loadDraft(ownerId, look.draftId);
  const node = draft.nodes.find((one) => one.key === look.key);
  const { plan } = await readDraftInput(draft);
  if (!node || !plan) return;
  let writing: Promise<void> = Promise.resolve();
  let last = 0;
  const onPart = (facts: MachineFacts) => {
    if (Date.now() - last < WRITE_EVERY_MS) return;
    last = Date.now();
    writing = writing.then(() => look.write({ facts: { ...facts } }));
  };
  const facts = await lookAt(plan, node, onPart, look.abort.signal).finally(() => writing);
  await look.write({ state: "ready", facts: { ...facts }, error: null, lookedAt: new Date() });
  if (!look.abort.signal.aborted) await followForm(look, ownerId);
}

/** The form may have been changed while a look was under way: then the machine is looked at once more. */
async function followForm({ draftId, key, number }: Look, ownerId: string): Promise<void> {
  const judged = await judgeDraft(await loadDraft(ownerId, draftId));
  const node = judged.draft.nodes.find((one) => one.key === key && one.lookNumber === number);
  const isFree = judged.taskId === null && judged.input.withCredential.has(key);
  if (node && isFree && isToLookAgain(judged, node)) await startLooks(judged.draft, [key]);
}

/**
 * Connects to a machine of a draft and reads everything its plan needs; nothing is written there. `onPart` gets what is
 * known so far. Throws PanelError when it can't be reached or signed in to; one storage that can't be read is a fact.
 */
export async function lookAt(
  plan: PlanInput,
  node: DraftNodeRow,
  onPart: (facts: MachineFacts) => void,
  signal: AbortSignal,
): Promise<MachineFacts> {
  try {
    return await lookOnce(plan, node, onPart, signal);
  } catch (error) {
    // Reads can be repeated: a connection lost on the way, as on a machine under load, is made once more.
    if (signal.aborted || !isLost(error)) throw error;
    return lookOnce(plan, node, onPart, signal);
  }
}

const isLost = (error: unknown) => error instanceof PanelError && error.view.message.key === "ssh.lost";

async function lookOnce(
  plan: PlanInput,
  node: DraftNodeRow,
  onPart: (facts: MachineFacts) => void,
  signal: AbortSignal,
): Promise<MachineFacts> {
  const connection = await connect({
    address: node.address,
    port: node.port,
    user: node.user,
    fingerprint: node.fingerprint ?? "",
    credential: {
      privateKey: await openSecret(node.keySecret),
      ...(node.passwordSecret ? { password: await openSecret(node.passwordSecret) } : {}),
    },
  });
  try {
    const read: Reader = (command) => run(connection, command, { signal, openSecret });
    return await readAll(plan, node, read, onPart);
  } finally {
    connection.close();
  }
}

/** Everything is read as root, be it by sudo. Throws PanelError `not-allowed`. */
async function requireRoot(read: Reader, user: string): Promise<void> {
  const { stdout } = await read({ argv: ["id", "-u"], timeoutMs: 15_000 });
  // A shell's own greeting may stand before the answer.
  if (stdout.trim().split("\n").at(-1) === "0") return;
  throw new PanelError({
    code: "not-allowed",
    message: text("preflight.root.none", { user }),
    hint: text("preflight.root.none-advice", { user }),
  });
}

async function readAll(
  plan: PlanInput,
  node: DraftNodeRow,
  read: Reader,
  onPart: (facts: MachineFacts) => void,
): Promise<MachineFacts> {
  await requireRoot(read, node.user);
  const facts: MachineFacts = { ...NO_FACTS, storages: {} };
  const tell = () => onPart({ ...facts, storages: { ...facts.storages } });
  const packages = plan.storages.flatMap((storage) => requireDriver(storage.kind).packages);
  // One after the other: a node is not to be flooded by its own preflight.
  facts.host = (await plan.hypervisor.facts(read, packages, node.user, (soFar) => {
    facts.host = soFar as Record<string, unknown>;
    tell();
  })) as Record<string, unknown>;
  facts.hostDone = true;
  facts.dirs = await lookAtDirectories(read, [plan.dirs.imageDir, plan.dirs.shareDir]);
  facts.dirsBasis = basisOf(plan.dirs);
  tell();
  for (const storage of [...plan.present, ...plan.storages, ...plan.unfinished]) {
    facts.storages[storage.key] = await lookAtStorage(plan, storage, read);
    tell();
  }
  return facts;
}

async function lookAtStorage(
  plan: PlanInput,
  storage: PlanInput["unfinished"][number],
  read: Reader,
): Promise<MachineFacts["storages"][string]> {
  const basis = storageBasis(storage, plan.dirs);
  try {
    return { basis, facts: await requireDriver(storage.kind).facts(read, storage.config, plan.dirs) };
  } catch (error) {
    // It is not this storage's: no other one can be looked at either.
    if (isLost(error)) throw error;
    return { basis, error: failureView(error, newId("task")) };
  }
}

/** Ends the looks under way; the next start takes them up again. Part of the shutdown. */
export async function stopLooks(): Promise<void> {
  for (const controller of looks().values()) controller.abort(new Error("The panel is stopping"));
}

/** After a restart: what was being read is read again. */
export async function resumeLooks(): Promise<void> {
  const open = await db()
    .select({ draftId: draftNodes.draftId, ownerId: drafts.ownerId })
    .from(draftNodes)
    .innerJoin(drafts, eq(drafts.id, draftNodes.draftId))
    .where(inArray(draftNodes.state, ["reading-key", "looking"]));
  for (const [draftId, ownerId] of new Map(open.map((row) => [row.draftId, row.ownerId]))) {
    const draft = await loadDraft(ownerId, draftId).catch((error: unknown) => {
      // Its cluster is gone; nobody comes back to it.
      if (error instanceof PanelError) return null;
      throw error;
    });
    if (!draft) continue;
    for (const node of draft.nodes) if (node.state === "reading-key") startReadingKey(node);
    await startLooks(
      draft,
      draft.nodes.filter((node) => node.state === "looking").map((node) => node.key),
    );
  }
}
