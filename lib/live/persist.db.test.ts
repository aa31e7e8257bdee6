import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { db } from "../db/client.ts";
import { nodeLast, nodes, statusChanges } from "../db/schema/index.ts";
import { seedCluster } from "../db/test-cluster.ts";
import { startTestDatabase, type TestDatabase } from "../db/test-database.ts";
import { parseEnv } from "../env.ts";
import { type LastKnown, NodeState, now } from "./node-state.ts";
import { Persistence } from "./persist.ts";

let database: TestDatabase;
beforeAll(async () => {
  const holder = globalThis as unknown as Record<symbol, unknown>;
  holder[Symbol.for("spindle.env")] = parseEnv({ SPINDLE_LOG: "error" }, []);
  database = await startTestDatabase();
  await seedCluster({ nodes: ["nd_1", "nd_2", "nd_3"].map((id) => ({ id, hasStorages: false })) });
});
afterAll(() => database.stop());

const NOTHING_KNOWN: LastKnown = { health: null, figures: null, disks: null, storages: new Map() };

it("a node that is gone from the database takes no other node's measurements and history with it @P03", async () => {
  const persistence = new Persistence();
  for (const id of ["nd_1", "nd_2", "nd_3"]) {
    const state = new NodeState(id, "cl_1", NOTHING_KNOWN);
    state.setLink({ state: "live" }, now());
    persistence.add(state);
  }
  await db().delete(nodes).where(eq(nodes.id, "nd_2"));
  const change = { storageId: null, from: "unknown", to: "active", cause: null, reason: null, wall: Date.now() };
  for (const id of ["nd_1", "nd_2", "nd_3"]) persistence.changed(id, [change]);
  const known = async () => {
    // Whoever calls while it writes is answered at once.
    await persistence.flush(true);
    const last = await db().select({ id: nodeLast.nodeId }).from(nodeLast).orderBy(nodeLast.nodeId);
    const history = await db().select({ id: statusChanges.nodeId }).from(statusChanges).orderBy(statusChanges.nodeId);
    return [last, history].map((rows) => rows.map(({ id }) => id));
  };
  const others = ["nd_1", "nd_3"];
  await expect.poll(known, { timeout: 20_000 }).toEqual([others, others]);
});
