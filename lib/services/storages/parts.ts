import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { writeAudit } from "../../audit/write.ts";
import { inTransaction, type Transaction } from "../../db/client.ts";
import { nodeStorages, storages } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import type { PartsVerb, PartsView } from "../../domain/parts.ts";
import { type PartsRequest, partsRequestSchema } from "../../domain/parts-request.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import { auditOf, type PanelStepContext, registerPanelStep } from "../../plans/panel-steps.ts";
import { say } from "../../plans/say.ts";
import { poolTargetOf } from "../../plans/target-nodes.ts";
import { openSecret } from "../../secrets/store.ts";
import { withConnection } from "../../ssh/pool.ts";
import { run } from "../../ssh/run.ts";
import type { Source } from "../../storage/contract.ts";
import { requireDriver } from "../../storage/registry.ts";
import { secretIds } from "../../storage/secret-field.ts";
import type { ServiceContext } from "../context.ts";
import { targetOf } from "../drives/plan.ts";
import { measured, World } from "../drives/world.ts";
import { startPlanned, withDigest } from "../tasks/start-plan.ts";
import { lockStorage } from "./lock.ts";
import { type PartsPlace, type PinInput, partsPlace, pinOf, planParts } from "./plan-parts.ts";
import { keepSecrets, noteSource, sourceSchema, withSource } from "./source.ts";

const id = z.string().min(1).max(80);
const place = { storageId: id, nodeId: id };
/** Where further disks are, as it was noted. */
const source = sourceSchema.optional();

export const notePartsSourceSchema = z.strictObject({ ...place, source: sourceSchema });
export const lookAtPartsSchema = z.strictObject({ ...place, source, request: partsRequestSchema.nullable() });
export const changePartsSchema = z.strictObject({
  ...place,
  source,
  request: partsRequestSchema,
  digest: z.string().length(64),
  typed: z.string().max(200),
});

type Place = { storageId: string; nodeId: string; source?: Source | undefined };

/** Throws PanelError `not-found`, and `not-supported` where the storage is not made of disks there. */
function requirePlace(world: World, { storageId, nodeId }: Place): PartsPlace {
  const storage = world.storage(storageId);
  const node = world.node(nodeId);
  if (!storage || !node || node.clusterId !== storage.clusterId)
    throw new PanelError({ code: "not-found", message: text("parts.gone") });
  const found = partsPlace(world, storage, node);
  if (found) return found;
  const isJoined = world.identity(nodeId, storageId) !== undefined;
  const message = text(isJoined ? "parts.obstacle.no-parts" : "parts.obstacle.not-joined", { node: node.name });
  throw new PanelError({ code: "not-supported", message });
}

/** Throws PanelError `not-supported` where the storage's driver has no such verb. */
function requireVerb({ driver }: PartsPlace, verb: PartsVerb): void {
  if (driver.verbs.includes(verb)) return;
  const message = text("parts.obstacle.no-verb", { verb: say(text(`parts.verb.${verb}`)) });
  throw new PanelError({ code: "not-supported", message, ...(driver.otherVerbs ? { hint: driver.otherVerbs } : {}) });
}

/** What a look or a change is about; nothing is asked of a node yet. Throws PanelError as `lookAtParts` says. */
async function askedPlace(
  ctx: ServiceContext,
  input: Place & { request: PartsRequest | null },
  seen: typeof measured,
): Promise<PartsPlace> {
  const found = requirePlace(await World.read(await seen()), input);
  if (input.request) requireVerb(found, input.request.verb);
  return withSource(ctx, found, input.source);
}

/** Asks the node, read only. */
export type LookAtPlace = (place: PartsPlace) => Promise<unknown>;

const lookAtNode: LookAtPlace = ({ node, driver, context }) =>
  withConnection(poolTargetOf(targetOf(node), openSecret), (connection) =>
    driver.facts((command) => run(connection, command, { openSecret }), context),
  );

/**
 * Takes down where further disks of a storage are, with what was typed of secrets sealed; answers with what a look and a
 * change take as `source`. Contacts nothing. Throws PanelError `not-found`, `not-supported`, and `invalid-input` with the fields.
 */
export async function notePartsSource(
  ctx: ServiceContext,
  input: z.output<typeof notePartsSourceSchema>,
  seen = measured,
): Promise<Source> {
  return noteSource(ctx, requirePlace(await World.read(await seen()), input), input.source);
}

/**
 * The disks of a node and the parts of a storage there as they are now, and what a change would do. Reads only. Throws
 * PanelError `not-found`, `not-supported`, what is wrong with a source, and whatever keeps the node from being asked.
 */
export async function lookAtParts(
  ctx: ServiceContext,
  input: Place & { request: PartsRequest | null },
  look = lookAtNode,
  seen = measured,
): Promise<PartsView> {
  const found = await askedPlace(ctx, input, seen);
  const facts = await look(found);
  const planned = input.request && withDigest(planParts(found, facts, input.request));
  return { ...found.driver.view(facts), planned };
}

/**
 * Starts the change that was shown; the node is looked at once more, and where that changes the plan nothing runs.
 * Throws PanelError as `lookAtParts` and `startPlanned` do.
 */
export async function changeParts(
  ctx: ServiceContext,
  input: z.output<typeof changePartsSchema>,
  look = lookAtNode,
  seen = measured,
): Promise<{ taskId: string }> {
  const found = await askedPlace(ctx, input, seen);
  const planned = planParts(found, await look(found), input.request);
  const { clusterId, kind } = found.storage;
  return inTransaction(async (tx) => {
    const taskId = await startPlanned(tx, ctx, planned, { ...input, clusterId });
    // A task may last longer than the hour that a secret is kept for.
    const { config = {} } = (planned.plan && pinOf(planned.plan)) ?? {};
    await keepSecrets(tx, secretIds(requireDriver(kind), config));
    return { taskId };
  });
}

/** Settings that the storage is given with its parts, and the secrets that they name: its own from now on. */
async function configure(tx: Transaction, { storageId, config }: PinInput): Promise<void> {
  if (!config) return;
  const storage = await lockStorage(tx, storageId);
  await tx
    .update(storages)
    .set({ config: { ...storage.config, ...config } })
    .where(eq(storages.id, storageId));
  await keepSecrets(tx, secretIds(requireDriver(storage.kind), config));
}

async function pin(tx: Transaction, input: PinInput, context: PanelStepContext): Promise<void> {
  const { storageId, nodeId, clusterId, identity, verb, what, nodeIds = [nodeId], config } = input;
  await configure(tx, input);
  for (const id of nodeIds) {
    const place = and(eq(nodeStorages.storageId, storageId), eq(nodeStorages.nodeId, id));
    const [row] = await tx.select({ pinned: nodeStorages.identity }).from(nodeStorages).where(place).for("update");
    if (!row) throw new PanelError({ code: "conflict", message: text("parts.gone") });
    await tx
      .update(nodeStorages)
      .set({ identity: { ...row.pinned, ...identity } })
      .where(place);
    await announceChanged(tx, "drive", `${id}:${storageId}`);
  }
  const detail = { name: input.storage, node: input.node, nodeId, what, identity, config, taskId: context.taskId };
  const entry = { action: `parts.${verb}`, entity: "storage", entityId: storageId, detail };
  await writeAudit(tx, auditOf(context), entry);
  await announceChanged(tx, "cluster", clusterId);
}

/** Makes the panel step of a change of parts known to the engine; called once, at start. */
export function registerPartsStep(): void {
  registerPanelStep("parts.pin", {
    do: (tx, input, context) => pin(tx, input as unknown as PinInput, context),
  });
}
