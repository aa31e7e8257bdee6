import { sql } from "drizzle-orm";
import { bigint, boolean, index, jsonb, pgTable, primaryKey, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";
import type { Volume } from "../../domain/drive.ts";
import { clusters, nodes, storages } from "./cluster.ts";

const at = (name: string) => timestamp(name, { withTimezone: true });

/** Drives as the panel wants them. A row is there before its volume is made: it reserves the space. */
export const drives = pgTable(
  "drives",
  {
    /** Also the volume's name on its storage; never changes. */
    id: text("id").primaryKey(),
    clusterId: text("cluster_id")
      .notNull()
      .references(() => clusters.id),
    storageId: text("storage_id")
      .notNull()
      .references(() => storages.id),
    /** Null on a storage that all nodes share. */
    nodeId: text("node_id").references(() => nodes.id),
    label: text("label").notNull(),
    format: text("format", { enum: ["raw", "qcow2"] }).notNull(),
    /** Bytes, as the storage holds them. */
    size: bigint("size", { mode: "number" }).notNull(),
    state: text("state", { enum: ["creating", "ready", "growing", "deleting", "failed"] }).notNull(),
    isProtected: boolean("is_protected").notNull().default(false),
    ownerVmId: text("owner_vm_id"),
    /** The task that works on it; the drive's state is settled from its journal when it has ended. */
    taskId: text("task_id"),
    createdAt: at("created_at").notNull().defaultNow(),
    /** Of its state or size: a look at the storage from before says nothing about it. */
    changedAt: at("changed_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("drives_label").on(t.clusterId, sql`lower(${t.label})`),
    index("drives_place").on(t.storageId, t.nodeId),
    index("drives_task").on(t.taskId).where(sql`${t.taskId} is not null`),
  ],
);

/** The volumes of each storage on each node as they were found last: what a process without a hub shows. */
export const volumesLast = pgTable(
  "volumes_last",
  {
    nodeId: text("node_id")
      .notNull()
      .references(() => nodes.id, { onDelete: "cascade" }),
    storageId: text("storage_id")
      .notNull()
      .references(() => storages.id, { onDelete: "cascade" }),
    volumes: jsonb("volumes").$type<Volume[]>().notNull(),
    measuredAt: at("measured_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.nodeId, t.storageId] })],
);
