import type { Transaction } from "../db/client.ts";
import { audit } from "../db/schema/index.ts";

/** Who did it and from where: what an audit row needs of a request. */
export interface AuditActor {
  actor: { id: string | null; name: string };
  address: string | null;
  requestId: string;
}

/** The command line's place in the audit log: whoever has a root shell on the panel's machine. */
export const CONSOLE: AuditActor = { actor: { id: null, name: "console" }, address: null, requestId: "console" };

export interface AuditEntry {
  /** What was done, such as `cluster.create`. */
  action: string;
  entity: string;
  entityId: string;
  /** What changed; never a secret. */
  detail?: Record<string, unknown>;
}

/** Writes one row in the change's own transaction: without the change no row, without the row no change. */
export async function writeAudit(tx: Transaction, by: AuditActor, entry: AuditEntry): Promise<void> {
  await tx.insert(audit).values({
    actorId: by.actor.id,
    actorName: by.actor.name,
    address: by.address,
    requestId: by.requestId,
    action: entry.action,
    entity: entry.entity,
    entityId: entry.entityId,
    detail: entry.detail ?? {},
  });
}
