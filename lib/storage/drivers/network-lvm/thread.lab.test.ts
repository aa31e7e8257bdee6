import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lab, type LabNode, lunWwid, openLab, portalAddresses, sanPort, type TargetRecord } from "#lab/index.ts";
import type { StorageCheck } from "../../../domain/live.ts";
import type { Command, NodeStep } from "../../../domain/plan.ts";
import { perform, type Performed, takeBack, wentWell } from "../../conformance/perform.ts";
import type { DriveContext, DriveSpec, Identity, JoinContext, LeaveContext, SharedPart } from "../../contract.ts";
import { type NetworkLvmConfig, networkLvmConfig } from "./config.ts";
import type { NetworkLvmFacts } from "./facts.ts";
import { networkLvmDriver as driver } from "./index.ts";

const dirs = { imageDir: "/image", shareDir: "/share" };
const owner = { panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 };
const SECRETS = { in: "se_0123456789abcdef", out: "se_fedcba9876543210" };
const MIB = 1024 ** 2;
const PATIENCE_MS = 120_000;

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

function configOf(): NetworkLvmConfig {
  return networkLvmConfig.parse({
    portals: portalAddresses(lab.instance)
      .map((address) => `${address}:${sanPort}`)
      .join(" "),
    ...{ target: target.iqn, wwid: lunWwid(target, "lun1"), vgName: "net0", waitSeconds: 60 },
    ...{ chapUser: target.chap?.user, chapSecret: SECRETS.in },
    ...{ reverseUser: target.reverse?.user, reverseSecret: SECRETS.out },
  });
}

/** Standard input as the engine gives it: each secret a line. */
function inputOf({ stdin }: Command): string | undefined {
  if (stdin === undefined || typeof stdin === "string") return stdin;
  const known: Record<string, string | undefined> = {
    [SECRETS.in]: target.chap?.password,
    [SECRETS.out]: target.reverse?.password,
  };
  return [stdin]
    .flat()
    .map(({ secret }) => `${known[secret]}\n`)
    .join("");
}

/** One node of the cluster, as the driver meets it. */
class Site {
  readonly node: LabNode;
  identity: Identity = {};

  constructor(node: LabNode) {
    this.node = node;
  }

  get key(): string {
    return `nd_${this.node.name}`;
  }

  readonly run = async (command: Command) => {
    const input = inputOf(command);
    const options = {
      timeoutMs: (command.timeoutMs ?? 60_000) + PATIENCE_MS,
      ...(input === undefined ? {} : { input }),
    };
    return this.node.exec(["env", "LC_ALL=C", ...command.argv], options);
  };

  async facts(): Promise<NetworkLvmFacts> {
    const read = async (command: Command) => {
      const { code, stdout, stderr } = await this.run(command);
      return { code, stdout, stderr, durationMs: 0 };
    };
    return driver.facts(read, configOf(), dirs);
  }

  join(facts: NetworkLvmFacts, shared: SharedPart, choices: Record<string, string> = {}) {
    const context: JoinContext<NetworkLvmConfig> = {
      config: configOf(),
      dirs,
      owner,
      choices,
      target: this.key,
      shared,
    };
    return driver.join(context, facts);
  }

  /** Joins as a plan does; the identity is what the last step said. */
  async joined(shared: SharedPart, choices: Record<string, string> = {}): Promise<Performed[]> {
    const { rows, steps, identity, late } = this.join(await this.facts(), shared, choices);
    expect(rows.filter(({ state }) => state === "fail")).toEqual([]);
    const performed = await perform(this.run, steps);
    expect(performed.filter((one) => !wentWell([one]))).toEqual([]);
    const said = performed.find(({ id }) => id === late?.step)?.output ?? "";
    this.identity = { ...identity, vgUuid: /vgUuid=(\S+)/.exec(said)?.[1] ?? "" };
    return performed;
  }

  async check(): Promise<StorageCheck> {
    const { script, args } = driver.probe(configOf(), dirs, this.identity, owner);
    const whole = `own=$(mktemp -d)/c stamp=$own\n${script}\ncheck_network_lvm "$@"`;
    const { code, stdout } = await this.run({ argv: ["sh", "-c", whole, "check", ...args] });
    const raw = { code, lines: stdout.split("\n"), durationMs: 0 };
    return driver.readCheck(configOf(), dirs, this.identity, raw, owner);
  }

  drive(other: Site): DriveContext<NetworkLvmConfig> {
    return { config: configOf(), identity: this.identity, owner, details: null, target: this.key, others: [other.key] };
  }

  leaving(endsShared: boolean): LeaveContext<NetworkLvmConfig> {
    return { config: configOf(), dirs, owner, identity: this.identity, details: null, target: this.key, endsShared };
  }
}

/** Steps on several nodes, stage by stage, as the engine runs them. */
async function performOn(sites: readonly Site[], steps: readonly NodeStep[]): Promise<Performed[]> {
  const performed: Performed[] = [];
  for (const step of steps.toSorted((a, b) => (a.stage ?? 0) - (b.stage ?? 0))) {
    const site = sites.find(({ key }) => key === step.target) as Site;
    const [done] = await perform(site.run, [step]);
    if (done) performed.push(done);
    if (done && !wentWell([done])) break;
  }
  return performed;
}

const FIRST: SharedPart = { isFirst: true, pinned: null, others: [] };
const drive: DriveSpec = { id: "dr_one", label: "one", size: 64 * MIB };

describe("a volume group on a LUN, on two real nodes", () => {
  let one: Site;
  let two: Site;

  it("a look finds targets and the LUN, and leaves nothing on the node", async () => {
    [one, two] = lab.nodes.map((node) => new Site(node)) as [Site, Site];
    const facts = await one.facts();
    expect(facts.portals.map(({ problem }) => problem)).toEqual([null, null]);
    expect(driver.found(facts).map(({ choice }) => choice?.value)).toEqual([target.iqn, configOf().wwid]);
    expect(facts.contents).toEqual({ kind: "blank" });
    const traces =
      "ls /etc/iscsi/nodes /sys/class/iscsi_session 2>/dev/null; cat /etc/multipath/wwids 2>/dev/null | grep -v '^#'";
    expect((await one.node.exec(traces)).stdout.replace(/^\/.*:$/gm, "").trim()).toBe("");
  });

  it("the first node makes the group, the second sees the same one", async () => {
    await one.joined(FIRST);
    await two.joined({ isFirst: false, pinned: null, others: [] });
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

  it("a node leaves without a trace; the group is taken over by the next cluster that has seen what it holds", async () => {
    expect(wentWell(await perform(two.run, driver.leave(two.leaving(false)).steps))).toBe(true);
    expect(wentWell(await perform(one.run, driver.leave(one.leaving(true)).steps))).toBe(true);
    for (const { node } of [one, two]) {
      expect(await node.sh("find /etc/iscsi/nodes /etc/spindle /etc/multipath/conf.d -type f 2>/dev/null; true")).toBe(
        "",
      );
      expect(await node.sh("ls /sys/class/iscsi_session; dmsetup ls --target multipath")).not.toMatch(
        /session|mpath-|3600/,
      );
    }
    const facts = await one.facts();
    expect(one.join(facts, FIRST).rows.find(({ id }) => id === "contents")).toMatchObject({ state: "fail" });
    const uuid = one.identity.vgUuid ?? "";
    await one.joined(FIRST, { adopt: uuid });
    expect(one.identity.vgUuid).toBe(uuid);
  });

  it("a join that is undone leaves nothing", async () => {
    const { steps } = two.join(await two.facts(), { isFirst: false, pinned: null, others: [] });
    const until = steps.slice(0, steps.findIndex(({ id }) => id === "lun") + 1);
    expect(wentWell(await perform(two.run, until))).toBe(true);
    expect(await takeBack(two.run, until)).toEqual([]);
    expect(
      await two.node.sh("find /etc/iscsi/nodes /etc/spindle /etc/multipath/conf.d -type f 2>/dev/null; true"),
    ).toBe("");
  });
});
