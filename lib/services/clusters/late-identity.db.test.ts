import { afterAll, beforeAll, expect, it } from "vitest";
import { inTransaction } from "../../db/client.ts";
import { seedCluster } from "../../db/test-cluster.ts";
import type { TestDatabase } from "../../db/test-database.ts";
import type { RecordInput } from "../drafts/assemble.ts";
import { startTestPanel } from "../test-panel.ts";
import { withLateIdentities } from "./late-identity.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestPanel();
  await seedCluster({ storages: [{ id: "st_net", name: "san", kind: "network-lvm" }], nodes: [{ id: "nd_1" }] });
});
afterAll(() => database.stop());

/** A node that joins, with the group that it saw. */
function joining(vgUuid: string): RecordInput {
  const identity = { vgUuid, pvUuids: "PV", imageFs: "other", shareFs: "", wwid: "3", target: "iqn" };
  const storages = [{ id: "st_net", key: "s1", kind: "network-lvm", name: "san", config: {} }];
  const nodes = [{ id: "nd_9", identities: { st_net: identity } }];
  return { storages, nodes } as unknown as RecordInput;
}

const recorded = (vgUuid: string) => inTransaction((tx) => withLateIdentities(tx, joining(vgUuid), "tk_1"));

it("what all nodes share is recorded only where it is what the cluster's nodes have already", async () => {
  expect((await recorded("NET")).nodes.map(({ id }) => id)).toEqual(["nd_9"]);
  await expect(recorded("ANOTHER")).rejects.toMatchObject({
    view: { code: "conflict", message: { key: "join.record.differs" } },
  });
});
