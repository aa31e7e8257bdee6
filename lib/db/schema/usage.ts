import {
  bigint,
  index,
  integer,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  timestamp,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { nodes, storages } from "./cluster.ts";

const at = (name: string) => timestamp(name, { withTimezone: true });
const bytes = (name: string) => bigint(name, { mode: "number" });

/** A storage on a node as a line of points: a short number, because there are very many of them. */
export const usageSeries = pgTable(
  "usage_series",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    nodeId: text("node_id")
      .notNull()
      .references(() => nodes.id, { onDelete: "cascade" }),
    storageId: text("storage_id")
      .notNull()
      .references(() => storages.id, { onDelete: "cascade" }),
  },
  (t) => [uniqueIndex("usage_series_of").on(t.nodeId, t.storageId), index("usage_series_storage").on(t.storageId)],
);

/** A span of time that was measured. One that was not has no row: a gap is a gap. Bytes; `samples` weighs the means. */
const points = (name: string) =>
  pgTable(
    name,
    {
      series: integer("series")
        .notNull()
        .references(() => usageSeries.id, { onDelete: "cascade" }),
      /** Its beginning. */
      at: at("at").notNull(),
      samples: integer("samples").notNull(),
      size: bytes("size").notNull(),
      usedMin: bytes("used_min").notNull(),
      usedAvg: bytes("used_avg").notNull(),
      usedMax: bytes("used_max").notNull(),
      /** Mean; null where the driver can't tell. */
      allocated: bytes("allocated"),
    },
    (t) => [primaryKey({ columns: [t.series, t.at] }), index(`${name}_at`).on(t.at)],
  );

export const usage1m = points("usage_1m");
export const usage10m = points("usage_10m");
export const usage1h = points("usage_1h");
export const usage1d = points("usage_1d");

/** When a storage on a node is full, from its growth; computed from time to time. No row: there is not enough history. */
export const usageForecast = pgTable("usage_forecast", {
  series: integer("series")
    .primaryKey()
    .references(() => usageSeries.id, { onDelete: "cascade" }),
  /** Bytes a day; negative where it shrinks. */
  perDay: real("per_day").notNull(),
  /** Days of history behind it. */
  days: real("days").notNull(),
  /** Null where it does not grow, or so slowly that a date would say nothing. */
  fullAt: at("full_at"),
  computedAt: at("computed_at").notNull(),
});

/** From which share on a storage is worth a warning, in percent; without a row the panel's own. */
export const storageThresholds = pgTable("storage_thresholds", {
  storageId: text("storage_id")
    .primaryKey()
    .references(() => storages.id, { onDelete: "cascade" }),
  warning: smallint("warning").notNull(),
  critical: smallint("critical").notNull(),
});
