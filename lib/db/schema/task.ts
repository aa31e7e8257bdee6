import { sql } from "drizzle-orm";
import {
  bigserial,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import type { ErrorView } from "../../domain/errors.ts";
import type { Plan } from "../../domain/plan.ts";
import type { PreflightGroup } from "../../domain/preflight.ts";
import type { Text } from "../../domain/text.ts";

const at = (name: string) => timestamp(name, { withTimezone: true });

/** A cluster wizard, or a form that adds nodes or storages to a cluster, that is not finished: what was typed, per owner. Credentials only as secret references. */
export const drafts = pgTable("drafts", {
  id: text("id").primaryKey(),
  ownerId: text("owner_id").notNull(),
  kind: text("kind", { enum: ["cluster", "join", "storage"] }).notNull(),
  clusterId: text("cluster_id"),
  /** Grows by one on each write; a write with an older one is refused (two tabs). */
  version: integer("version").notNull().default(1),
  data: jsonb("data").$type<Record<string, unknown>>().notNull(),
  createdAt: at("created_at").notNull().defaultNow(),
  updatedAt: at("updated_at").notNull().defaultNow(),
  expiresAt: at("expires_at"),
});

/** A machine in a draft: where it is, how to sign in, what a look at it found. Written by the server only. */
export const draftNodes = pgTable(
  "draft_nodes",
  {
    draftId: text("draft_id")
      .notNull()
      .references(() => drafts.id, { onDelete: "cascade" }),
    key: text("key").notNull(),
    position: integer("position").notNull(),
    address: text("address").notNull(),
    port: integer("port").notNull(),
    user: text("user").notNull(),
    credential: text("credential", { enum: ["password", "key", "member"] }).notNull(),
    passwordSecret: text("password_secret"),
    /** The node's own key pair, made when the machine is added; its public half is shown for the credential `key`. */
    keySecret: text("key_secret").notNull(),
    publicKey: text("public_key").notNull(),
    /** What the machine showed, and what the administrator confirmed. */
    seenFingerprint: text("seen_fingerprint"),
    fingerprint: text("fingerprint"),
    state: text("state", { enum: ["reading-key", "confirm-key", "looking", "ready", "blocked", "failed"] }).notNull(),
    rows: jsonb("rows").$type<PreflightGroup[]>().notNull().default([]),
    /** What the look found, as the drivers and the hypervisor returned it; input of the plan. */
    facts: jsonb("facts").$type<Record<string, unknown> | null>(),
    /** Storage key → choice key → value. */
    choices: jsonb("choices").$type<Record<string, Record<string, string>>>().notNull().default({}),
    error: jsonb("error").$type<ErrorView | null>(),
    /** Grows with each look; a result of an older look is dropped. */
    lookNumber: integer("look_number").notNull().default(0),
    lookedAt: at("looked_at"),
  },
  (t) => [primaryKey({ columns: [t.draftId, t.key] })],
);

/** A previewed plan: kept by the server, confirmed by id and digest. */
export const plans = pgTable("plans", {
  id: text("id").primaryKey(),
  ownerId: text("owner_id").notNull(),
  draftId: text("draft_id"),
  plan: jsonb("plan").$type<Plan>().notNull(),
  /** SHA-256 of the canonical plan and of the facts it was made from. */
  digest: text("digest").notNull(),
  createdAt: at("created_at").notNull().defaultNow(),
  expiresAt: at("expires_at").notNull(),
  confirmedAt: at("confirmed_at"),
});

export const tasks = pgTable(
  "tasks",
  {
    id: text("id").primaryKey(),
    kind: text("kind").notNull(),
    title: jsonb("title").$type<Text>().notNull(),
    state: text("state", { enum: ["queued", "running", "undoing", "done", "undone", "failed", "cancelled"] }).notNull(),
    plan: jsonb("plan").$type<Plan>().notNull(),
    clusterId: text("cluster_id"),
    actorId: text("actor_id"),
    actorName: text("actor_name").notNull(),
    requestId: text("request_id").notNull(),
    cancelRequested: boolean("cancel_requested").notNull().default(false),
    error: jsonb("error").$type<ErrorView | null>(),
    /** The process that works on it, until when, and the lease's epoch: a frozen process that thaws has a lower one and does no harm. */
    leaseOwner: text("lease_owner"),
    leaseUntil: at("lease_until"),
    leaseEpoch: integer("lease_epoch").notNull().default(0),
    createdAt: at("created_at").notNull().defaultNow(),
    startedAt: at("started_at"),
    endedAt: at("ended_at"),
  },
  (t) => [
    index("tasks_open").on(t.state).where(sql`${t.endedAt} is null`),
    index("tasks_created").on(t.createdAt),
    index("tasks_kind").on(t.kind, t.createdAt),
    index("tasks_actor").on(t.actorName, t.createdAt),
  ],
);

/** Held while a task is open: the primary key is the lock. */
export const taskLocks = pgTable("task_locks", {
  key: text("key").primaryKey(),
  taskId: text("task_id")
    .notNull()
    .references(() => tasks.id, { onDelete: "cascade" }),
});

/** The journal: one row a step, in plan order. */
export const taskSteps = pgTable(
  "task_steps",
  {
    taskId: text("task_id")
      .notNull()
      .references(() => tasks.id, { onDelete: "cascade" }),
    position: integer("position").notNull(),
    stepId: text("step_id").notNull(),
    state: text("state", {
      enum: ["pending", "running", "done", "failed", "skipped", "undoing", "undone", "left"],
    }).notNull(),
    /** Counts runs and undos: part of the unit's name on the node. */
    attempt: integer("attempt").notNull().default(0),
    /** boot_id of the node when the unit was started. */
    bootId: text("boot_id"),
    exitCode: integer("exit_code"),
    /** stdout and stderr, cut at 64 kB, secrets never in them. */
    output: text("output"),
    undoOutput: text("undo_output"),
    error: jsonb("error").$type<ErrorView | null>(),
    startedAt: at("started_at"),
    endedAt: at("ended_at"),
  },
  (t) => [primaryKey({ columns: [t.taskId, t.position] }), uniqueIndex("task_steps_id").on(t.taskId, t.stepId)],
);

export const taskLog = pgTable(
  "task_log",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    taskId: text("task_id")
      .notNull()
      .references(() => tasks.id, { onDelete: "cascade" }),
    position: integer("position"),
    at: at("at").notNull().defaultNow(),
    line: text("line").notNull(),
  },
  (t) => [index("task_log_task").on(t.taskId, t.id)],
);
