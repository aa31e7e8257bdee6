import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lab, lunWwid, openLab, portalAddresses, sanPort, type TargetRecord } from "#lab/index.ts";
import type { NodeStep } from "../../../domain/plan.ts";
import { takeBack, wentWell } from "../../conformance/perform.ts";
import type { DriveSpec, LeftoversContext, Source } from "../../contract.ts";
import { FIRST, OTHER, owner, performOn, Site, typedTarget } from "./lab-site.ts";
import { networkLvmLeftovers as leftovers } from "./leftovers.ts";
import { compareMaps, type Mapped } from "./map-drift.ts";
import { networkLvmParts as parts } from "./parts.ts";
import { networkLvmDrives } from "./drives.ts";
import { lunLink } from "./wwid.ts";

const MIB = 1024 ** 2;
const drive: DriveSpec = { id: "dr_one", label: "one", size: 600 * MIB };

let lab: Lab;
let target: TargetRecord;
/** Another target of the same array, with one LUN. */
let next: TargetRecord;
let one: Site;
let two: Site;

beforeAll(async () => {
  const name = createHash("sha256")
    .update(`${import.meta.dirname}/parts`)
    .digest("hex")
    .slice(0, 8);
  lab = await openLab(`san-${name}`);
  await lab.up({ nodes: [{ image: "ready" }, { image: "ready" }] });
  const luns = [
    { name: "lun1", sizeMiB: 512 },
    { name: "lun2", sizeMiB: 512 },
  ];
  await lab.startSan([
    { name: "san1", chap: "mutual", luns },
    { name: "san2", chap: "mutual", luns: [{ name: "lun1", sizeMiB: 512 }] },
  ]);
  [target, next] = lab.targets as [TargetRecord, TargetRecord];
  await Promise.all(lab.nodes.map((node) => node.sh("mkdir -p /image /share")));
  [one, two] = lab.nodes.map((node) => new Site(node, lab, target)) as [Site, Site];
  await one.joined(FIRST);
  await two.joined(OTHER);
});
afterAll(async () => {
  await lab.down();
});

type Request = Parameters<typeof parts.plan>[2];
async function planned(request: Request, source?: Source) {
  const context = { ...one.parts(two), ...(source ? { source } : {}) };
  return parts.plan(context, await parts.facts(one.read, context), request);
}

/** The LUN of the other target, which is named beside it. */
const plannedNext = () => planned({ verb: "add", disks: [lunLink(lunWwid(next, "lun1"))] }, typedTarget(lab, next));

/** Names of the targets that a node is logged in to. */
async function loggedInTo({ node }: Site): Promise<string[]> {
  return [
    ...new Set((await node.sh("cat /sys/class/iscsi_session/session*/targetname")).trim().split("\n")),
  ].toSorted();
}

/** What the panel has of targets on a node: records, notes, units. */
const ownFiles = ({ node }: Site) =>
  node.sh("find /etc/iscsi/nodes /etc/spindle -type f -exec md5sum {} + | sort; ls /etc/systemd/system | grep spindle");

/** Takes steps on both nodes back, as the engine does. */
async function allTakenBack(steps: readonly NodeStep[]): Promise<void> {
  const later = steps.filter(({ stage = 0 }) => stage > 0);
  expect(
    await takeBack(
      one.run,
      later.filter(({ target: key }) => key === one.key),
    ),
  ).toEqual([]);
  for (const site of [one, two]) {
    const own = steps.filter(({ target: key, stage = 0 }) => key === site.key && stage === 0);
    expect(await takeBack(site.run, own)).toEqual([]);
  }
}

/** Size of the group in bytes, as a node sees it. */
async function sizeOn({ node }: Site): Promise<number> {
  return Number(await node.sh("vgs --readonly --noheadings --units b --nosuffix -o vg_size net0"));
}

const add = (): Request => ({ verb: "add", disks: [lunLink(lunWwid(target, "lun2"))] });

describe("LUNs of a group on two real nodes @P15", () => {
  it("nothing has grown", async () => {
    expect((await planned({ verb: "grow" })).blockers[0]?.key).toBe("parts.obstacle.not-grown");
  });

  it("a LUN that the array makes larger is so on both nodes, with one pvresize", async () => {
    await lab.growLun(target, "lun1", 768);
    target = lab.targets[0] as TargetRecord;
    const { steps, blockers } = await planned({ verb: "grow" });
    expect(blockers).toEqual([]);
    expect(steps.filter(({ command }) => command.argv[0] === "pvresize")).toHaveLength(1);
    const performed = await performOn([one, two], steps);
    expect(performed.filter((done) => !wentWell([done]))).toEqual([]);
    expect(await sizeOn(one)).toBeGreaterThan(740 * MIB);
    expect(await sizeOn(two)).toBe(await sizeOn(one));
    expect((await planned({ verb: "grow" })).blockers[0]?.key).toBe("parts.obstacle.not-grown");
  });

  it("a second LUN that is added and taken back leaves both nodes as they were", async () => {
    const { steps, blockers, problems } = await planned(add());
    expect([blockers, problems]).toEqual([[], {}]);
    const before = await sizeOn(one);
    expect(wentWell(await performOn([one, two], steps))).toBe(true);
    expect(await sizeOn(two)).toBeGreaterThan(before);
    await allTakenBack(steps);
    for (const site of [one, two]) {
      expect(await site.node.sh("ls /etc/multipath/conf.d")).toBe("spindle-st_1.conf\n");
      expect(await site.check()).toMatchObject({ outcome: "ok" });
    }
    expect(await sizeOn(one)).toBe(before);
  });

  it("a second LUN becomes part of the group once, both nodes see it, and a drive lies on both", async () => {
    const { steps, identity } = await planned(add());
    const performed = await performOn([one, two], steps);
    expect(performed.filter((done) => !wentWell([done]))).toEqual([]);
    for (const site of [one, two]) {
      site.identity = { ...site.identity, ...identity };
      expect(await site.check()).toMatchObject({ outcome: "ok", details: { pvs: [{}, {}], san: { luns: [{}, {}] } } });
    }
    const both = [one, two];
    const big = { ...drive, size: 1024 * MIB };
    expect(wentWell(await performOn(both, networkLvmDrives.create(one.drive(two), big)))).toBe(true);
    expect(wentWell(await performOn(both, networkLvmDrives.activate(two.drive(one), big)))).toBe(true);
    expect(wentWell(await performOn(both, networkLvmDrives.deactivate(two.drive(one), big)))).toBe(true);
  });

  it("a LUN of another target that is added and taken back leaves both nodes as they were", async () => {
    const before = await Promise.all([one, two].map(ownFiles));
    const { steps, blockers, problems } = await plannedNext();
    expect([blockers, problems]).toEqual([[], {}]);
    const performed = await performOn([one, two], steps);
    expect(performed.filter((done) => !wentWell([done]))).toEqual([]);
    for (const site of [one, two]) expect(await loggedInTo(site)).toEqual([target.iqn, next.iqn]);
    await allTakenBack(steps);
    expect(await Promise.all([one, two].map(ownFiles))).toEqual(before);
    for (const site of [one, two]) {
      expect(await loggedInTo(site)).toEqual([target.iqn]);
      expect(await site.node.sh("dmsetup ls --target multipath; cat /etc/multipath/wwids")).not.toContain(
        lunWwid(next, "lun1"),
      );
      expect(await site.check()).toMatchObject({ outcome: "ok" });
    }
  });

  it("a target that somebody else uses on one of the nodes is left alone, and no node keeps anything of it", async () => {
    await two.node.sh(["iscsiadm", "-m", "node", "-T", next.iqn, "-p", "192.0.2.1:3260", "-o", "new"]);
    const before = await Promise.all([one, two].map(ownFiles));
    const { steps } = await plannedNext();
    const performed = await performOn([one, two], steps);
    expect(performed.at(-1)).toMatchObject({ id: "mark", state: "refused" });
    const done = steps.filter(({ target: key, stage = 0 }) => key === one.key && stage === 0);
    expect(await takeBack(one.run, done)).toEqual([]);
    expect(await Promise.all([one, two].map(ownFiles))).toEqual(before);
    await two.node.sh(["iscsiadm", "-m", "node", "-T", next.iqn, "-p", "192.0.2.1:3260", "-o", "delete"]);
  });

  it("a LUN of another target becomes part of the group, both nodes reach it, and each says what it lacks", async () => {
    const { steps, identity, config } = await plannedNext();
    const performed = await performOn([one, two], steps);
    expect(performed.filter((done) => !wentWell([done]))).toEqual([]);
    for (const site of [one, two]) {
      site.identity = { ...site.identity, ...identity };
      site.config = { ...site.config, ...config };
      const luns = [target, target, next].map(({ iqn }) => ({ target: iqn, paths: [{}, {}] }));
      expect(await site.check()).toMatchObject({ outcome: "ok", details: { pvs: [{}, {}, {}], san: { luns } } });
    }
    await two.node.sh(["systemctl", "stop", "spindle-st-1-t2-login.timer"]);
    await two.node.sh([
      "iscsiadm",
      "-m",
      "node",
      "-T",
      next.iqn,
      "-p",
      `${portalAddresses(lab.instance)[1]}:${sanPort}`,
      "--logout",
    ]);
    expect(await two.check()).toMatchObject({
      outcome: "degraded",
      cause: { reason: { key: "live.network-lvm.portal-lost", values: { target: next.iqn } } },
    });
    await two.node.sh(["systemctl", "start", "spindle-st-1-t2-login.timer", "spindle-st-1-t2-login.service"]);
    await expect.poll(async () => (await two.check()).outcome, { timeout: 90_000, interval: 2_000 }).toBe("ok");
  });

  it("a map that another node's volume lies under is seen, and so is one that both have open @S28", async () => {
    const big = { ...drive, size: 1024 * MIB };
    const both = [one, two];
    const drifts = async () => {
      const checks = await Promise.all(
        both.map(async (site) => [site.key, (await site.check()).details ?? {}] as const),
      );
      return compareMaps(new Map(checks)).map(({ nodes, cause }) => [cause.reason.key.split(".").at(-1), ...nodes]);
    };
    expect(wentWell(await performOn(both, networkLvmDrives.activate(one.drive(two), big)))).toBe(true);
    expect(await drifts()).toEqual([]);
    const mapped = (await one.check()).details?.mapped as Mapped[];
    const { wwid, from, sectors } = mapped.flatMap(({ pieces }) => pieces)[0] ?? { wwid: "", from: 0, sectors: 0 };
    const uuid = `LVM-${(one.identity.vgUuid ?? "").replaceAll("-", "")}${"g".repeat(32)}`;
    const table = `0 ${sectors} linear ${lunLink(wwid)} ${from}`;
    await two.node.sh(["dmsetup", "create", "net0-ghost", "--uuid", uuid, "--table", table]);
    expect(await drifts()).toEqual([["same-sectors", one.key, two.key]]);
    await two.node.sh("dmsetup remove --retry net0-ghost; lvchange -ay net0/dr_one");
    for (const { node } of both) await node.sh("systemd-run --unit=hold sh -c 'exec sleep 600 </dev/net0/dr_one'");
    expect(await drifts()).toEqual([["open-twice", one.key, two.key]]);
    for (const { node } of both) await node.sh("systemctl stop hold; lvchange -an net0/dr_one");
    expect(await drifts()).toEqual([]);
  });

  it("what a storage that is gone has left on a node is found and cleared, and nothing else @P16", async () => {
    const uuid = `LVM-${(one.identity.vgUuid ?? "").replaceAll("-", "")}${"s".repeat(32)}`;
    await one.node.sh(["dmsetup", "create", "net0-stale", "--uuid", uuid, "--table", "0 8 error"]);
    const clear = async (site: Site, kept: LeftoversContext["kept"]) => {
      const context = { panelId: owner.panelId, target: site.key, kept };
      const facts = await leftovers.facts(site.read, context);
      const found = leftovers.view(context, facts);
      for (const { id, obstacle } of found) {
        expect(obstacle).toBeNull();
        const performed = await performOn([site], leftovers.clear(context, facts, id));
        expect(performed.filter((done) => !wentWell([done]))).toEqual([]);
      }
      return found.map(({ id }) => id.split(":")[0]);
    };
    const kept = [{ storageId: owner.storageId, config: one.config, identity: one.identity }];
    expect(await clear(one, kept)).toEqual(["map"]);
    expect(await one.check()).toMatchObject({ outcome: "ok" });
    // As if the storage had been removed by force while this node was away.
    await two.node.sh("lvchange -ay net0/dr_one");
    expect(await clear(two, [])).toEqual(["storage"]);
    expect(await two.node.sh("find /etc/iscsi/nodes /etc/spindle /etc/multipath/conf.d -type f; true")).toBe("");
    expect(await two.node.sh("ls /sys/class/iscsi_session; dmsetup ls")).not.toMatch(/session|mpath-|3600|net0/);
    expect(await one.check()).toMatchObject({ outcome: "ok" });
    two.identity = {};
    await two.joined({ isFirst: false, pinned: one.identity, others: [] });
    expect(two.identity.wwid).toBe(one.identity.wwid);
    expect(two.identity.target).toBe(one.identity.target);
  });

  it("after a reboot the LUNs of both targets are there by themselves", async () => {
    await two.node.reboot();
    await expect.poll(async () => (await two.check()).outcome, { timeout: 180_000, interval: 2_000 }).toBe("ok");
  });
});
