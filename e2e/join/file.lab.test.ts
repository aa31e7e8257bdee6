import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lab, LabNode } from "../../lab/index.ts";
import { db } from "../../lib/db/client.ts";
import { clusters, draftNodes, nodeStorages, nodes, secrets } from "../../lib/db/schema/index.ts";
import type { DraftData } from "../../lib/domain/dto.ts";
import { connect } from "../../lib/ssh/connection.ts";
import { openSecret } from "../../lib/secrets/store.ts";
import { confirmDraft } from "../../lib/services/drafts/confirm.ts";
import { discardDraft } from "../../lib/services/drafts/edit.ts";
import { getDraft } from "../../lib/services/drafts/view.ts";
import { bareNodes, nodesDown } from "../support/nodes.ts";
import { traceOf } from "./trace.ts";
import {
  addLabNode,
  blockLastStep,
  endOf,
  failedRows,
  type LabPanel,
  openLabPanel,
  runDraft,
  typeCluster,
} from "./panel.ts";

const FILES: DraftData["storages"] = [{ key: "s1", kind: "file", name: "files", config: { vmDir: "/srv/spindle/vm" } }];

let lab: Lab;
let node: LabNode;
let panel: LabPanel;

beforeAll(async () => {
  lab = await bareNodes();
  node = lab.node("n1");
  panel = await openLabPanel();
});
afterAll(async () => {
  await panel?.close();
  await nodesDown();
});

describe("a File cluster of one node", () => {
  let draftId: string;
  let before: string[];

  it("writes nothing on the node before it is confirmed @S05", async () => {
    before = await traceOf(node);
    draftId = await typeCluster(panel.ctx, "thread", FILES);
    const draft = await addLabNode(panel.ctx, draftId, node);
    expect(failedRows(draft)).toEqual([]);
    expect(draft.blockers).toEqual([]);
    expect(await traceOf(node)).toEqual(before);
  });

  it("leaves no trace on node and in database when its last step fails @P02 @P10", async () => {
    const free = await blockLastStep(draftId);
    const { task } = await runDraft(panel.ctx, await getDraft(panel.ctx, draftId));
    expect(task.state).toBe("undone");
    expect(task.error?.message.key).toBe("join.record.taken");
    expect(await traceOf(node)).toEqual(before);
    expect(await db().select().from(nodes)).toEqual([]);
    await free();
    const [machine] = (await getDraft(panel.ctx, draftId)).nodes;
    expect(machine?.hasCredential).toBe(false);
    await discardDraft(panel.ctx, draftId);
    expect(await db().select().from(secrets)).toEqual([]);
  });

  it("joins by password, which is used once, as it was shown @S12 @S13 @P01", async () => {
    draftId = await typeCluster(panel.ctx, "thread", FILES);
    const draft = await addLabNode(panel.ctx, draftId, node);
    const key = draft.nodes[0]!.key;
    const { task, steps } = await runDraft(panel.ctx, draft);
    expect(task.state).toBe("done");
    expect(task.plan.steps.map((step) => step.id)).toEqual(draft.plan?.steps.map((step) => step.id));
    expect(steps.every((step) => step.state === "done")).toBe(true);
    expect(await node.sh("stat -c '%n %a %U' /srv/spindle /srv/spindle/vm /image /share")).toBe(
      "/srv/spindle 755 root\n/srv/spindle/vm 711 root\n/image 755 root\n/share 755 root\n",
    );
    const [row] = await db().select().from(nodes);
    const [pinned] = await db().select().from(nodeStorages);
    expect(`${pinned?.identity.marker}\n`).toBe(await node.sh("cat /srv/spindle/vm/.spindle"));
    expect(await node.sh("cat /root/.ssh/authorized_keys")).toMatch(
      new RegExp(`^restrict ssh-ed25519 \\S+ spindle:${key}\n$`),
    );
    // The only secret left is the node's own key, for good.
    expect(await db().select({ id: secrets.id, expiresAt: secrets.expiresAt }).from(secrets)).toEqual([
      { id: row?.keySecret, expiresAt: null },
    ]);
    expect(await db().select().from(draftNodes)).toEqual([]);
    const { address, port, user, fingerprint, keySecret } = row!;
    const connection = await connect({
      address,
      port,
      user,
      fingerprint,
      credential: { privateKey: await openSecret(keySecret) },
    });
    connection.close();
  });

  it("is not joined twice, nor while its plan is stale @P02", async () => {
    const again = await typeCluster(panel.ctx, "second", FILES);
    await expect(addLabNode(panel.ctx, again, node)).rejects.toThrow(/address-joined/);
    await discardDraft(panel.ctx, again);
  });
});

describe("what changes between plan and start", () => {
  it("starts nothing, and shows the new plan @B01", async () => {
    await db().delete(clusters);
    await lab.restore("bare");
    node = lab.node("n1");
    const draftId = await typeCluster(panel.ctx, "changed", FILES);
    const draft = await addLabNode(panel.ctx, draftId, node);
    await node.sh("mkdir /image");
    await expect(confirmDraft(panel.ctx, { draftId, digest: draft.digest! })).rejects.toMatchObject({
      view: { code: "stale" },
    });
    const now = await getDraft(panel.ctx, draftId);
    expect(now.digest).not.toBe(draft.digest);
    expect(now.plan?.steps.some((step) => step.id.endsWith("image-dir"))).toBe(false);
    const { taskId } = await confirmDraft(panel.ctx, { draftId, digest: now.digest! });
    // A second click, in another tab: the first one's task holds the draft.
    await expect(confirmDraft(panel.ctx, { draftId, digest: now.digest! })).rejects.toThrow();
    expect((await endOf(taskId)).task.state).toBe("done");
  });
});
