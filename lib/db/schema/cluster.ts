import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";
import type { DiskReport } from "../../domain/disks.ts";
import type { NodeFigures, StorageFigures, Cause } from "../../domain/live.ts";
import type { Text } from "../../domain/text.ts";

const at = (name: string) => timestamp(name, { withTimezone: true });

export const clusters = pgTable(
  "clusters",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    virtualization: text("virtualization", { enum: ["kvm", "lxd"] }).notNull(),
    imageDir: text("image_dir").notNull(),
    shareDir: text("share_dir").notNull(),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (t) => [uniqueIndex("clusters_name").on(sql`lower(${t.name})`)],
);

export const storages = pgTable(
  "storages",
  {
    id: text("id").primaryKey(),
    clusterId: text("cluster_id")
      .notNull()
      .references(() => clusters.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    kind: text("kind", { enum: ["file", "lvm", "ceph", "zfs", "network-lvm", "nas"] }).notNull(),
    /** The driver's validated config. */
    config: jsonb("config").$type<Record<string, unknown>>().notNull(),
    isMain: boolean("is_main").notNull().default(false),
    isEnabled: boolean("is_enabled").notNull().default(true),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("storages_name").on(t.clusterId, sql`lower(${t.name})`),
    uniqueIndex("storages_main").on(t.clusterId).where(sql`${t.isMain}`),
  ],
);

export const nodes = pgTable(
  "nodes",
  {
    id: text("id").primaryKey(),
    clusterId: text("cluster_id")
      .notNull()
      .references(() => clusters.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    address: text("address").notNull(),
    port: integer("port").notNull(),
    user: text("user").notNull(),
    fingerprint: text("fingerprint").notNull(),
    /** The node's own key pair, sealed. */
    keySecret: text("key_secret").notNull(),
    machineId: text("machine_id").notNull(),
    membership: text("membership", { enum: ["joining", "member", "leaving"] }).notNull(),
    mode: text("mode", { enum: ["in-service", "maintenance"] })
      .notNull()
      .default("in-service"),
    /** System, versions, CPU model and threads, memory: as the join saw them. */
    facts: jsonb("facts").$type<Record<string, unknown>>().notNull().default({}),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("nodes_machine").on(t.machineId),
    uniqueIndex("nodes_address").on(t.address, t.port),
    // Names are labels that people give: one over all clusters, so that a task, a log line or a search means one machine.
    uniqueIndex("nodes_name").on(sql`lower(${t.name})`),
  ],
);

/** A storage on a node: its identity pinned at join. */
export const nodeStorages = pgTable(
  "node_storages",
  {
    nodeId: text("node_id")
      .notNull()
      .references(() => nodes.id, { onDelete: "cascade" }),
    storageId: text("storage_id")
      .notNull()
      .references(() => storages.id, { onDelete: "cascade" }),
    identity: jsonb("identity").$type<Record<string, string>>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.nodeId, t.storageId] }), index("node_storages_storage").on(t.storageId)],
);

/** The last measurement of each node and of each storage on it: what a page shows before the first line after a restart. */
export const nodeLast = pgTable("node_last", {
  nodeId: text("node_id")
    .primaryKey()
    .references(() => nodes.id, { onDelete: "cascade" }),
  health: text("health", { enum: ["active", "corrupted", "unreachable", "unknown"] }).notNull(),
  reason: jsonb("reason").$type<Text | null>(),
  since: at("since").notNull(),
  figures: jsonb("figures").$type<NodeFigures | null>(),
  measuredAt: at("measured_at"),
});

export const storageLast = pgTable(
  "storage_last",
  {
    nodeId: text("node_id")
      .notNull()
      .references(() => nodes.id, { onDelete: "cascade" }),
    storageId: text("storage_id")
      .notNull()
      .references(() => storages.id, { onDelete: "cascade" }),
    status: text("status", { enum: ["ok", "degraded", "lost", "unknown"] }).notNull(),
    since: at("since"),
    cause: jsonb("cause").$type<Cause | null>(),
    figures: jsonb("figures").$type<StorageFigures | null>(),
    details: jsonb("details").$type<Record<string, unknown> | null>(),
    measuredAt: at("measured_at"),
  },
  (t) => [primaryKey({ columns: [t.nodeId, t.storageId] })],
);

/**
 * A node's disks as they were read last. A table of its own: it is written a few times an hour, while the row of the last
 * figures is written every half minute.
 */
export const nodeDisks = pgTable("node_disks", {
  nodeId: text("node_id")
    .primaryKey()
    .references(() => nodes.id, { onDelete: "cascade" }),
  report: jsonb("report").$type<DiskReport>().notNull(),
  measuredAt: at("measured_at").notNull(),
});

/** Status changes of nodes and storages, for history. */
export const statusChanges = pgTable(
  "status_changes",
  {
    at: at("at").notNull().defaultNow(),
    nodeId: text("node_id")
      .notNull()
      .references(() => nodes.id, { onDelete: "cascade" }),
    storageId: text("storage_id"),
    from: text("from").notNull(),
    to: text("to").notNull(),
    cause: jsonb("cause").$type<Cause | null>(),
    reason: jsonb("reason").$type<Text | null>(),
  },
  (t) => [index("status_changes_node").on(t.nodeId, t.at)],
);
