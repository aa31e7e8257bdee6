import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { nodeDisks } from "../../db/schema/index.ts";
import { seedCluster } from "../../db/test-cluster.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import type { DiskSmart } from "../../domain/disks.ts";
import { FEW_NODES, FIRST_ROWS } from "../../domain/node-window.ts";
import { NO_OUTLOOK } from "../../domain/usage.ts";
import { ctx } from "../test-panel.ts";
import { getFirstView } from "./panel-view.ts";

let database: TestDatabase;

const COUNT = FEW_NODES + 20;
/** By name it is among the last, so no page but its own would show it without a reason. */
const FAILING = `nd_${COUNT}`;
const smart: DiskSmart = {
  ...{ health: "failed", reason: null, temperature: null, powerOnHours: null },
  ...{ reallocated: null, pending: null, wear: null, mediaErrors: null },
};

beforeAll(async () => {
  database = await startTestDatabase();
  const nodes = Array.from({ length: COUNT }, (_, index) => ({ id: `nd_${index + 1}` }));
  await seedCluster({ nodes });
  const disk = {
    ...{ name: "sda", byId: null, model: null, serial: null, size: 1, rotational: true, transport: null, uses: [] },
    smart,
  };
  const report = { hasSmartctl: true, disks: [disk] };
  await db().insert(nodeDisks).values({ nodeId: FAILING, report, measuredAt: new Date() });
});
afterAll(() => database.stop());

describe("a page of a panel with many nodes begins with a part of them @P03", () => {
  it("and tells of a failing disk of a node that is not among them", async () => {
    const { panel } = await getFirstView(ctx, "/", [], NO_OUTLOOK);
    const [cluster] = panel.clusters;
    expect(cluster?.nodes).toEqual([]);
    expect(cluster?.sums?.nodes).toBe(COUNT);
    // A node nobody has heard of yet needs somebody as well; a disk that fails comes before it.
    expect(panel.needs).toMatchObject({ count: COUNT + 1, isBad: true });
    expect(panel.needs?.first[0]).toMatchObject({ id: `disks-${FAILING}`, tone: "bad" });
  });

  it("with the faults of the disks of those that are", async () => {
    const { panel } = await getFirstView(ctx, `/nodes/${FAILING}`, [], NO_OUTLOOK);
    expect(panel.live).toMatchObject([{ nodeId: FAILING, diskFaults: [{ isFailing: true }] }]);
  });

  it("and the deletion of a cluster with how many nodes it has", async () => {
    const { panel } = await getFirstView(ctx, "/clusters/cl_1/remove", [], NO_OUTLOOK);
    expect(panel.clusters[0]?.nodes).toHaveLength(FIRST_ROWS);
    expect(panel.clusters[0]?.sums?.nodes).toBe(COUNT);
  });
});
