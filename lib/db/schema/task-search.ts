import { index, pgTable, text } from "drizzle-orm/pg-core";
import { tasks } from "./task.ts";

/** What a task is found by. Written with the task; rows that are missing are made at the start of a panel. */
export const taskSearch = pgTable(
  "task_search",
  {
    taskId: text("task_id")
      .primaryKey()
      .references(() => tasks.id, { onDelete: "cascade" }),
    /** Title as people read it, id, who, machines: in lower case. */
    words: text("words").notNull(),
    /** The nodes that the plan talks to. */
    nodeIds: text("node_ids").array().notNull(),
  },
  (t) => [index("task_search_nodes").using("gin", t.nodeIds)],
);
