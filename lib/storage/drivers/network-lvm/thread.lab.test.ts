import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lab, openLab, type TargetRecord } from "#lab/index.ts";
import { perform, takeBack, wentWell } from "../../conformance/perform.ts";
import type { DriveSpec } from "../../contract.ts";
import { networkLvmDriver as driver } from "./index.ts";
import { FIRST, OTHER, performOn, Site } from "./lab-site.ts";
import { lunLink } from "./wwid.ts";

const MIB = 1024 ** 2;

let lab: Lab;
let target: TargetRecord;

beforeAll(async () => {
  lab = await openLab(
    `san-${createHash("sha256")
      .update(import.meta.dirname)
      .digest("hex")
      .slice(0, 8)}`,
  );
  await lab.up({ nodes: [{ image: "ready" }, { image: "ready" }] });
  await lab.startSan([{ name: "san1", chap: "mutual", luns: [{ name: "lun1", sizeMiB: 512 }] }]);
  target = lab.targets[0] as TargetRecord;
  await Promise.all(lab.nodes.map((node) => node.sh("mkdir -p /image /share")));
});
afterAll(async () => {
  await lab.down();
});

const drive: DriveSpec = { id: "dr_one", label: "one", size: 64 * MIB };

describe("a volume group on a LUN, on two real nodes", () => {
  let one: Site;
  let two: Site;

  it("a look finds targets and the LUN, and leaves nothing on the node", async () => {
    [one, two] = lab.nodes.map((node) => new Site(node, lab, target)) as [Site, Site];
    const facts = await one.facts();
    expect(facts.portals.map(({ problem }) => problem)).toEqual([null, null]);
    expect(driver.found(facts).map(({ choice }) => choice?.value)).toEqual([target.iqn, one.config.wwid]);
    expect(facts.contents).toEqual({ kind: "blank" });
    const traces =
      "ls /etc/iscsi/nodes /sys/class/iscsi_session 2>/dev/null; cat /etc/multipath/wwids 2>/dev/null | grep -v '^#'";
    expect((await one.node.exec(traces)).stdout.replace(/^\/.*:$/gm, "").trim()).toBe("");
  });

  it("the first node makes the group, the second sees the same one", async () => {
    await one.joined(FIRST);
    await two.joined(OTHER);
    expect(one.identity.vgUuid).toMatch(/^\w{6}-/);
    expect(two.identity).toEqual(one.identity);
    for (const site of [one, two]) {
      expect(await site.check()).toMatchObject({ outcome: "ok", volumes: [] });
      const records = await site.node.sh("find /etc/iscsi/nodes -type f -exec stat -c %a {} +");
      expect(records.trim().split("\n")).toEqual(["600", "600"]);
      expect(await site.node.sh("vgs --noheadings -o vg_autoactivation,vg_mda_size --units m net0")).toMatch(
        /^\s+1[67]/,
      );
    }
  });

  it("joining again changes nothing", async () => {
    const again = await perform(one.run, one.join(await one.facts(), FIRST).steps);
    expect(again.filter(({ state, id }) => state !== "skipped" && !["lun", "vg-uuid"].includes(id))).toEqual([]);
  });

  it("a drive is made on one node, switched on there alone, and refused elsewhere", async () => {
    const both = [one, two];
    expect(wentWell(await performOn(both, driver.drives.create(one.drive(two), drive)))).toBe(true);
    expect(wentWell(await performOn(both, driver.drives.activate(one.drive(two), drive)))).toBe(true);
    expect((await two.check()).volumes).toMatchObject([{ drive: "dr_one", isActive: false }]);
    const [refused] = (await performOn(both, driver.drives.activate(two.drive(one), drive))).slice(-1);
    expect(refused).toMatchObject({ state: "failed", output: expect.stringContaining("elsewhere net0-dr_one") });
    expect(wentWell(await performOn(both, driver.drives.deactivate(one.drive(two), drive)))).toBe(true);
  });

  it("what is written on one node is read on the other, and it grows there", async () => {
    const both = [one, two];
    await performOn(both, driver.drives.activate(one.drive(two), drive));
    await one.node.sh("printf spindle | dd of=/dev/net0/dr_one bs=512 conv=sync oflag=direct status=none");
    await performOn(both, driver.drives.deactivate(one.drive(two), drive));
    expect(wentWell(await performOn(both, driver.drives.activate(two.drive(one), drive)))).toBe(true);
    expect(await two.node.sh("dd if=/dev/net0/dr_one bs=7 count=1 status=none")).toBe("spindle");
    expect(wentWell(await performOn(both, driver.drives.grow(two.drive(one), drive, 128 * MIB)))).toBe(true);
    await performOn(both, driver.drives.deactivate(two.drive(one), drive));
  });

  it("a stale map on the other node goes before the extents are free", async () => {
    await two.node.sh("lvchange -ay net0/dr_one");
    const grown = { ...drive, size: 128 * MIB };
    expect(wentWell(await performOn([one, two], driver.drives.remove(one.drive(two), grown)))).toBe(true);
    expect(await two.node.sh("dmsetup ls")).not.toContain("net0");
    expect((await one.check()).volumes).toEqual([]);
  });

  it("a portal that is lost degrades it, both lose it, and it comes back by itself", async () => {
    await lab.breakSan("portal-gone");
    await expect.poll(async () => (await one.check()).outcome, { timeout: 90_000, interval: 1_000 }).toBe("degraded");
    await lab.breakSan("portals-gone");
    await expect.poll(async () => (await one.check()).outcome, { timeout: 90_000, interval: 1_000 }).toBe("failed");
    await lab.mendSan("portals-gone");
    await expect.poll(async () => (await one.check()).outcome, { timeout: 180_000, interval: 1_000 }).toBe("ok");
  });

  it("a reboot logs in by itself, and switches nothing on", async () => {
    await two.node.reboot();
    await expect.poll(async () => (await two.check()).outcome, { timeout: 180_000, interval: 2_000 }).toBe("ok");
    expect(await two.node.sh("dmsetup ls --target linear")).not.toContain("net0");
  });

  /** What a join leaves on a node, in files and in the kernel. */
  const traces = async (site: Site) => [
    await site.node.sh("find /etc/iscsi/nodes /etc/spindle /etc/multipath/conf.d -type f 2>/dev/null; true"),
    await site.node.sh("ls /sys/class/iscsi_session; dmsetup ls --target multipath"),
  ];
  const NO_TRACE = ["", expect.not.stringMatching(/session|mpath-|3600/)];

  it.each(["portals-gone", "target-frozen", "target-gone"])(
    "a node leaves without a trace also while the SAN is dead (%s), with a reader that waits for it",
    async (fault) => {
      await lab.breakSan(fault);
      try {
        await expect
          .poll(async () => (await two.check()).outcome, { timeout: 120_000, interval: 1_000 })
          .toBe("failed");
        await two.node.sh(
          `setsid dd if=${lunLink(two.config.wwid)} of=/dev/null iflag=direct count=1 >/dev/null 2>&1 &`,
        );
        expect(wentWell(await perform(two.run, driver.leave(two.leaving(false)).steps))).toBe(true);
        expect(await traces(two)).toEqual(NO_TRACE);
      } finally {
        await lab.mendSan(fault);
      }
      await expect.poll(async () => (await one.check()).outcome, { timeout: 180_000, interval: 1_000 }).toBe("ok");
      await two.joined(OTHER);
    },
  );

  it("a node leaves without a trace; the group is taken over by the next cluster that has seen what it holds", async () => {
    expect(wentWell(await perform(two.run, driver.leave(two.leaving(false)).steps))).toBe(true);
    expect(wentWell(await perform(one.run, driver.leave(one.leaving(true)).steps))).toBe(true);
    for (const site of [one, two]) expect(await traces(site)).toEqual(NO_TRACE);
    const facts = await one.facts();
    expect(one.join(facts, FIRST).rows.find(({ id }) => id === "contents")).toMatchObject({ state: "fail" });
    const uuid = one.identity.vgUuid ?? "";
    await one.joined(FIRST, { adopt: uuid });
    expect(one.identity.vgUuid).toBe(uuid);
  });

  it("a join that is undone leaves nothing", async () => {
    const { steps } = two.join(await two.facts(), OTHER);
    const until = steps.slice(0, steps.findIndex(({ id }) => id === "lun") + 1);
    expect(wentWell(await perform(two.run, until))).toBe(true);
    expect(await takeBack(two.run, until)).toEqual([]);
    expect(
      await two.node.sh("find /etc/iscsi/nodes /etc/spindle /etc/multipath/conf.d -type f 2>/dev/null; true"),
    ).toBe("");
  });
});
