import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Lab, LabNode } from "../../lab/index.ts";
import { db } from "../../lib/db/client.ts";
import { clusters, drafts } from "../../lib/db/schema/index.ts";
import type { DraftData } from "../../lib/domain/dto.ts";
import { confirmDraft } from "../../lib/services/drafts/confirm.ts";
import { addMachine, confirmHostKey } from "../../lib/services/drafts/machines.ts";
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
  settled,
  typeCluster,
} from "./panel.ts";

const FILES: DraftData["storages"] = [{ key: "s1", kind: "file", name: "files", config: { vmDir: "/vm" } }];

let lab: Lab;
let node: LabNode;
let panel: LabPanel;

beforeAll(async () => {
  lab = await bareNodes();
  node = lab.node("n1");
  panel = await openLabPanel();
});
afterEach(async () => {
  await db().delete(drafts);
  await db().delete(clusters);
});
afterAll(async () => {
  await panel?.close();
  await nodesDown();
});

async function add(draftId: string, user: string, password: string | null) {
  const credential =
    password === null ? ({ credential: "key" } as const) : ({ credential: "password", password } as const);
  const { key } = await addMachine(panel.ctx, { draftId, address: node.address, port: 22, user, ...credential });
  const seen = await settled(panel.ctx, draftId);
  return { key, fingerprint: seen.nodes[0]?.seenFingerprint ?? "" };
}

/** Stands before findmnt: the first time that it is asked about /vm it cuts every connection. */
const CUT_ONCE = `#!/bin/sh
case "$*" in */vm*) [ -e /run/cut ] || { touch /run/cut; pkill -KILL -f "sshd: root"; } ;; esac
exec /usr/bin/findmnt "$@"`;

describe("a connection that is lost while a storage is looked at @P01", () => {
  it("is made once more, and nobody has to ask for that", async () => {
    await node.sh([
      "sh",
      "-c",
      'mkdir /vm; printf %s "$1" >/usr/local/bin/findmnt; chmod 755 /usr/local/bin/findmnt',
      "x",
      CUT_ONCE,
    ]);
    const draft = await addLabNode(panel.ctx, await typeCluster(panel.ctx, "cut", FILES), node);
    await node.sh("test -e /run/cut && rm /usr/local/bin/findmnt && rmdir /vm");
    expect(draft.nodes[0]).toMatchObject({ state: "ready", error: null });
    expect(failedRows(draft)).toEqual([]);
  });
});

describe("signing in as somebody else than root @P01", () => {
  it("by sudo without a password: joined, undone, the account is as it was", async () => {
    await node.sh(
      "useradd -m -s /bin/bash ops && echo 'ops:some password' | chpasswd && echo 'ops ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/ops",
    );
    await node.sh(
      "install -d -m 700 -o ops -g ops /home/ops/.ssh && printf 'ssh-ed25519 AAAAold somebody' >/home/ops/.ssh/authorized_keys && chown ops:ops /home/ops/.ssh/authorized_keys && chmod 640 /home/ops/.ssh/authorized_keys",
    );
    const before = await traceOf(node);
    const draftId = await typeCluster(panel.ctx, "sudo", FILES);
    const machine = await add(draftId, "ops", "some password");
    await confirmHostKey(panel.ctx, { draftId, ...machine });
    const draft = await settled(panel.ctx, draftId);
    expect(failedRows(draft)).toEqual([]);
    await blockLastStep(draftId);
    expect((await runDraft(panel.ctx, draft)).task.state).toBe("undone");
    expect(await traceOf(node)).toEqual(before);
  });

  it("without the right to become root: said, and nothing is looked at", async () => {
    await node.sh("useradd -m -s /bin/bash nobody2 && echo 'nobody2:some password' | chpasswd");
    const draftId = await typeCluster(panel.ctx, "none", FILES);
    const machine = await add(draftId, "nobody2", "some password");
    await confirmHostKey(panel.ctx, { draftId, ...machine });
    expect((await settled(panel.ctx, draftId)).nodes[0]).toMatchObject({
      state: "failed",
      error: { code: "not-allowed", message: { key: "preflight.root.none" } },
    });
  });

  it("with a wrong password: said in words", async () => {
    const draftId = await typeCluster(panel.ctx, "wrong", FILES);
    const machine = await add(draftId, "root", "not it");
    await confirmHostKey(panel.ctx, { draftId, ...machine });
    expect((await settled(panel.ctx, draftId)).nodes[0]).toMatchObject({
      state: "failed",
      error: { code: "auth-failed" },
    });
  });
});

describe("the panel's own key instead of a password @P01", () => {
  it("put into authorized_keys by hand: it stays there, and the join adds nothing to it", async () => {
    const draftId = await typeCluster(panel.ctx, "key", FILES);
    const machine = await add(draftId, "root", null);
    const line = (await getDraft(panel.ctx, draftId)).nodes[0]!.publicKey;
    expect(line).toMatch(/^restrict ssh-ed25519 \S+ spindle:nd_/);
    await node.sh(["sh", "-c", 'umask 077; mkdir -p /root/.ssh; echo "$1" >>/root/.ssh/authorized_keys', "sh", line]);
    await confirmHostKey(panel.ctx, { draftId, ...machine });
    const { task, steps } = await runDraft(panel.ctx, await settled(panel.ctx, draftId));
    expect(task.state).toBe("done");
    expect(steps[0]).toMatchObject({ state: "skipped" });
    expect(await node.sh("cat /root/.ssh/authorized_keys")).toBe(`${line}\n`);
  });
});

describe("two administrators, one machine, at once @P02", () => {
  it("one wins; the other is told, and leaves nothing", async () => {
    await lab.restore("bare");
    node = lab.node("n1");
    const second = { ...panel.ctx, actor: { id: "second", name: "Second", email: "second@localhost" } };
    const drafts = [];
    for (const ctx of [panel.ctx, second]) {
      const draftId = await typeCluster(ctx, `by ${ctx.actor.id}`, FILES);
      drafts.push({ ctx, draft: await addLabNode(ctx, draftId, node) });
    }
    const outcomes = await Promise.allSettled(
      drafts.map(({ ctx, draft }) => confirmDraft(ctx, { draftId: draft.id, digest: draft.digest! })),
    );
    const won = outcomes.filter((outcome) => outcome.status === "fulfilled");
    const lost = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(won).toHaveLength(1);
    expect(["busy", "stale", "conflict"]).toContain(lost[0]?.reason.view.code);
    expect((await endOf(won[0]!.value.taskId)).task.state).toBe("done");
    expect((await node.sh("cat /root/.ssh/authorized_keys")).trim().split("\n")).toHaveLength(1);
    expect(await db().select().from(clusters)).toHaveLength(1);
  });
});
