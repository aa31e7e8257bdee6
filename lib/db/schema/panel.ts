import { bigserial, customType, index, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";

const at = (name: string) => timestamp(name, { withTimezone: true });
const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

/** The panel itself: one row. */
export const panel = pgTable("panel", {
  id: text("id").primaryKey(),
  epoch: integer("epoch").notNull().default(1),
  /** A known text sealed with the master key: tells a wrong key at start. */
  keyCheck: bytea("key_check"),
  createdAt: at("created_at").notNull().defaultNow(),
});

/** Sealed values: AES-256-GCM, bound to their id and purpose. */
export const secrets = pgTable(
  "secrets",
  {
    id: text("id").primaryKey(),
    purpose: text("purpose").notNull(),
    keyId: text("key_id").notNull(),
    sealed: bytea("sealed").notNull(),
    /** Gone after this time, whoever still points at it (join passwords: an hour). */
    expiresAt: at("expires_at"),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (t) => [index("secrets_expiry").on(t.expiresAt)],
);

/** Append-only: a trigger refuses update and delete. Written in the transaction of the change. */
export const audit = pgTable(
  "audit",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    at: at("at").notNull().defaultNow(),
    actorId: text("actor_id"),
    actorName: text("actor_name").notNull(),
    address: text("address"),
    requestId: text("request_id").notNull(),
    action: text("action").notNull(),
    entity: text("entity").notNull(),
    entityId: text("entity_id").notNull(),
    detail: jsonb("detail").$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [
    index("audit_entity").on(t.entity, t.entityId),
    index("audit_at").on(t.at),
    index("audit_actor").on(t.actorName, t.id),
    index("audit_action").on(t.action, t.id),
  ],
);
