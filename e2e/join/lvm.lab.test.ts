import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Lab, type LabNode, makeVolumeGroup } from "../../lab/index.ts";
import { db } from "../../lib/db/client.ts";
import { nodeStorages, nodes } from "../../lib/db/schema/index.ts";
import type { DraftData } from "../../lib/domain/dto.ts";
import { choose, lookAgain } from "../../lib/services/drafts/machines.ts";
import { getDraft } from "../../lib/services/drafts/view.ts";
import type { JoinPlan, Reader } from "../../lib/storage/contract.ts";
import { lvmDriver } from "../../lib/storage/drivers/lvm/index.ts";
import { bareNodes, nodesDown } from "../support/nodes.ts";
import { traceOf } from "./trace.ts";
import {
  addLabNode,
  blockLastStep,
  failedRows,
  type LabPanel,
  openLabPanel,
  runDraft,
  settled,
  typeCluster,
} from "./panel.ts";

const GROUP: DraftData["storages"] = [{ key: "s1", kind: "lvm", name: "group", config: { vgName: "lvm0" } }];
const DIRS = { imageDir: "/image", shareDir: "/share" };

let lab: Lab;
let node: LabNode;

beforeAll(async () => {
  lab = await bareNodes();
});
afterAll(async () => {
  await nodesDown();
});

/** The driver's look and judgement, with the tools of the real node. */
async function join(choices: Record<string, string> = {}): Promise<JoinPlan> {
  const read: Reader = async (command) => ({
    ...(await node.exec(command.argv, { timeoutMs: 120_000 })),
    durationMs: 0,
  });
  const config = { vgName: "lvm0", wipe: false };
  const facts = await lvmDriver.facts(read, config, DIRS);
  const owner = { panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 };
  return lvmDriver.join({ config, dirs: DIRS, owner, choices, target: "nd_1" }, facts);
}

/** What the rows say of groups; disks have rows of their own. */
const said = (plan: JoinPlan) => plan.rows.filter(({ id }) => !id.startsWith("disk")).map((row) => row.detail?.key);

describe("S16 on a real node's volume groups", () => {
  beforeEach(async () => {
    await lab.restore("bare");
    node = lab.node("n1");
  });

  it("none: an error @S16", async () => {
    expect(said(await join())).toEqual(["lvm.group.none"]);
  });

  it("a look writes nothing, not even LVM's own copies @S05", async () => {
    await makeVolumeGroup(node, "lvm0", ["disk1"]);
    await node.sh("rm -rf /etc/lvm/backup/* /etc/lvm/archive");
    await join();
    expect(await node.sh("ls /etc/lvm/backup; ls -d /etc/lvm/archive 2>&1 || true")).toMatch(/^ls: cannot access/);
  });

  it("the named one beside another: found, whole, by UUID @S16 @S17", async () => {
    const uuid = await makeVolumeGroup(node, "lvm0", ["disk1", "disk2"], { metadataSize: "16m" });
    await makeVolumeGroup(node, "other", ["disk3"]);
    const plan = await join();
    expect(said(plan)).toEqual(["lvm.group.found", "lvm.state.whole", "lvm.space.figures", "lvm.owner.nobody"]);
    expect(plan.identity?.vgUuid).toBe(uuid);
    expect(plan.identity?.pvUuids?.split(",")).toHaveLength(2);
  });

  it("two of the name: one is chosen by UUID, and its commands reach only it @S16", async () => {
    const first = await makeVolumeGroup(node, "lvm0", ["disk1"]);
    const second = await makeVolumeGroup(node, "twin", ["disk2"]);
    await node.sh(["vgrename", "--devices", node.disk("disk2").path, "twin", "lvm0"]);
    const open = await join();
    expect(said(open)).toEqual(["lvm.group.several"]);
    expect(open.rows[0]?.choices?.map((choice) => choice.value).sort()).toEqual([first, second].sort());
    const plan = await join({ pick: second });
    expect(plan.identity?.vgUuid).toBe(second);
    for (const step of plan.steps) await node.sh(step.command.argv, { timeoutMs: 60_000 });
    expect(await node.sh(["vgs", "--noheadings", "-o", "vg_tags", "-S", `vg_uuid=${second}`])).toContain(
      "spindle.storage=st_1",
    );
    expect((await node.sh(["vgs", "--noheadings", "-o", "vg_tags", "-S", `vg_uuid=${first}`])).trim()).toBe("");
    const [tag] = plan.steps;
    expect((await node.exec(tag!.alreadyDone!.command.argv)).stdout.trim()).toBe(tag!.alreadyDone!.stdout);
  });

  it("one other, unused: renaming is offered; several others: listed @S16", async () => {
    const uuid = await makeVolumeGroup(node, "data", ["disk1"]);
    const offered = await join();
    expect(said(offered)).toEqual(["lvm.group.other-renamable"]);
    expect(offered.rows[0]?.choices).toMatchObject([{ key: "rename", value: uuid }]);
    await makeVolumeGroup(node, "more", ["disk2"]);
    const listed = await join({ rename: uuid });
    expect(said(listed)).toEqual(["lvm.group.others"]);
    expect(listed.steps).toEqual([]);
  });

  it("one other in use: the reason instead of an offer @S16", async () => {
    await makeVolumeGroup(node, "data", ["disk1"]);
    await node.sh(
      "lvcreate -y -q -n home -L 64m data && mkfs.ext4 -q /dev/data/home && mkdir -p /mnt/home && mount /dev/data/home /mnt/home",
      { timeoutMs: 120_000 },
    );
    const plan = await join();
    expect(plan.rows[0]).toMatchObject({
      state: "fail",
      detail: { key: "lvm.group.other" },
      advice: { key: "lvm.rename.open" },
    });
    await node.sh(
      "umount /mnt/home && lvchange -an data/home && echo '/dev/data/home /mnt/home ext4 defaults,nofail 0 0' >> /etc/fstab",
      { timeoutMs: 60_000 },
    );
    expect((await join()).rows[0]).toMatchObject({ advice: { key: "lvm.rename.named", values: { place: "fstab" } } });
  });

  it("partial, exported or another panel's: refused, and nothing would run @S16", async () => {
    await makeVolumeGroup(node, "lvm0", ["disk1", "disk2"]);
    await node.sh(["vgchange", "-q", "--addtag", "spindle.panel=pa_other", "lvm0"]);
    expect(said(await join())).toContain("lvm.owner.other-panel");
    await node.sh(["vgchange", "-q", "--deltag", "spindle.panel=pa_other", "lvm0"]);
    await node.sh(["vgexport", "-q", "lvm0"]);
    expect(said(await join())).toContain("lvm.state.exported");
    await node.sh(["vgimport", "-q", "lvm0"]);
    await node.breakFault("pv-missing");
    const plan = await join();
    expect(said(plan)).toContain("lvm.state.partial");
    expect(plan.steps).toEqual([]);
  });
});

describe("an LVM cluster of one node, its only group under another name", () => {
  let panel: LabPanel;
  let uuid: string;

  beforeAll(async () => {
    await lab.restore("bare");
    node = lab.node("n1");
    uuid = await makeVolumeGroup(node, "data", ["disk1"], { metadataSize: "16m" });
    panel = await openLabPanel();
  });
  afterAll(async () => {
    await panel?.close();
  });

  it("is refused until renaming is chosen; undone, it has its old name and no mark; done, both @S15 @S16 @B01", async () => {
    const before = await traceOf(node);
    const draftId = await typeCluster(panel.ctx, "lvm", GROUP);
    const refused = await addLabNode(panel.ctx, draftId, node);
    expect(failedRows(refused)).toHaveLength(1);
    expect(refused.digest).toBeNull();
    await choose(panel.ctx, { draftId, key: refused.nodes[0]!.key, storageKey: "s1", choice: "rename", value: uuid });
    const draft = await getDraft(panel.ctx, draftId);
    const unblock = await blockLastStep(draftId);
    const failed = await runDraft(panel.ctx, draft);
    expect(failed.task.state).toBe("undone");
    expect(await traceOf(node)).toEqual(before);
    await unblock();

    await lookAgain(panel.ctx, { draftId, key: refused.nodes[0]!.key, password: node.rootPassword });
    const done = await runDraft(panel.ctx, await settled(panel.ctx, draftId));
    expect(done.task.state).toBe("done");
    expect(await node.sh(["vgs", "--noheadings", "-o", "vg_name,vg_tags", "-S", `vg_uuid=${uuid}`])).toMatch(
      /lvm0 .*spindle\.panel=pa_/,
    );
    expect(await db().select({ identity: nodeStorages.identity }).from(nodeStorages)).toMatchObject([
      { identity: { vgUuid: uuid } },
    ]);
    expect(await db().select().from(nodes)).toHaveLength(1);
  });
});
