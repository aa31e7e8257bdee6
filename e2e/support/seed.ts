import { drizzle } from "drizzle-orm/postgres-js";
import { connect } from "../../lib/db/client.ts";
import * as schema from "../../lib/db/schema/index.ts";
import { seedClusters } from "./seed/clusters.ts";
import { seedDrives } from "./seed/drives.ts";
import { seedDisks, seedHistory, seedUsage } from "./seed/first-node.ts";
import { seedJoining, seedMore, seedNode } from "./seed/nodes.ts";
import { seedTasks } from "./seed/tasks.ts";

export { SEED } from "./seed/names.ts";

export interface SeedOptions {
  /** Member nodes; three unless told. */
  nodes?: number;
  /** Storages of the cluster beside the two it has. */
  moreStorages?: number;
  /** Nodes that are just joining. */
  joining?: number;
}

/**
 * Rows as a panel has them after a while, for tests of the pages: two clusters, nodes whose addresses nobody answers,
 * storages with their last measurements, tasks of every outcome. Put into the database while the panel is stopped.
 */
export async function seedPanel(databaseUrl: string, options: SeedOptions = {}): Promise<void> {
  const sql = connect(databaseUrl, 1);
  const db = drizzle(sql, { schema });
  try {
    await seedClusters(db);
    const { nodes = 3, moreStorages = 0, joining = 0 } = options;
    for (let number = 1; number <= nodes; number += 1) await seedNode(db, number);
    await seedMore(db, moreStorages, nodes);
    await seedJoining(db, nodes + 1, joining);
    await seedHistory(db);
    await seedDisks(db);
    await seedDrives(db);
    await seedUsage(db);
    await seedTasks(db);
  } finally {
    await sql.end();
  }
}

/** How a panel begins with these rows: its `panelOptions`. */
export const seeded = (options?: SeedOptions) => ({
  fill: ({ databaseUrl }: { databaseUrl: string }) => seedPanel(databaseUrl, options),
});
export const SEEDED = seeded();
