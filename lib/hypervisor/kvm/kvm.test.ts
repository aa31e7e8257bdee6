import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readSections } from "../../storage/sections.ts";
import { hasSentence } from "../../messages/sentence.ts";
import type { HostContext, KnownMachine } from "../contract.ts";
import { type KvmFacts, readAccount, readMachine, readSpace } from "./facts.ts";
import { kvmPackages, type PackageFacts, readPackages } from "./packages.ts";
import { kvmRows } from "./rows.ts";
import { kvmSteps } from "./steps.ts";

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), "utf8");
const packages = (name: string, wanted: string[]) => readPackages(readSections(fixture(name)), wanted);

const NOTHING_TO_DO: PackageFacts = {
  missing: [],
  added: [],
  upgraded: [],
  removed: [],
  downloadBytes: 0,
  absentAccounts: [],
  interrupted: false,
  locked: [],
  refusal: [],
};

const FACTS: KvmFacts = {
  machine: readMachine(fixture("machine-plain")),
  account: readAccount(fixture("account-plain")),
  clock: { aheadMs: 40, withinMs: 60 },
  space: readSpace(fixture("space-plain")),
  packages: NOTHING_TO_DO,
  versions: { libvirt: "", qemu: "" },
};
const CONTEXT: HostContext = {
  panelId: "pa_1",
  nodeId: "nd_1",
  user: "root",
  keyLine: "restrict ssh-ed25519 AAAA spindle:nd_1",
  others: [],
};

describe("what a plain Debian answered", () => {
  it("is read: system, identity, processor", () => {
    expect(FACTS.machine).toMatchObject({
      osId: "debian",
      osVersion: "12",
      arch: "x86_64",
      hostName: "n2",
      machineId: "6e0266ef7de74fa9a1793099edb65bdd",
      hostUuid: "6e0266ef-7de7-4fa9-a179-3099edb65bdd",
      initiatorName: "",
      virtualization: "svm",
      kvmDevice: true,
      threads: 1,
      memory: 996600 * 1024,
      systemd: true,
      root: true,
      owner: "",
    });
    expect(FACTS.account).toEqual({ home: "/root", sshDir: true, keysFile: false, endsWithNewline: true, marks: [] });
    expect(FACTS.space).toEqual([{ target: "/", size: 8350298112, free: 7556517888, freeInodes: 514575 }]);
  });
  it("passes the preflight", () => {
    expect(kvmRows(FACTS, CONTEXT).map((row) => [row.id, row.state])).toEqual([
      ["system", "pass"],
      ["root", "pass"],
      ["virtualization", "pass"],
      ["identity", "pass"],
      ["owner", "pass"],
      ["clock", "pass"],
      ["space", "pass"],
      ["packages", "pass"],
    ]);
  });
});

describe("packages @P01", () => {
  it("that are missing are listed with everything they bring, and their size", () => {
    const found = packages("packages-plain", kvmPackages("x86_64"));
    expect(found.missing).toEqual(["qemu-system-x86", "qemu-utils", "libvirt-daemon-system", "libvirt-clients"]);
    expect(found.added).toContainEqual({ name: "dmidecode", version: "3.4-1" });
    expect(found.added).toContainEqual({ name: "qemu-system-x86", version: "1:7.2+dfsg-7+deb12u18+b3" });
    expect(found).toMatchObject({ upgraded: [], removed: [], refusal: [], interrupted: false, locked: [] });
    expect(found.downloadBytes).toBeGreaterThan(20_000_000);
  });
  it("that apt does not know are a refusal in apt's own words", () => {
    const found = packages("packages-unknown", ["qemu-system-x86", "nosuchpackage"]);
    expect(found.refusal).toEqual(["E: Unable to locate package nosuchpackage"]);
    expect(kvmRows({ packages: found }, CONTEXT)).toMatchObject([
      { state: "fail", output: "E: Unable to locate package nosuchpackage" },
    ]);
  });
  it("that are there ask for nothing", () => {
    expect(packages("packages-ready", ["qemu-system-x86", "lvm2"])).toEqual(NOTHING_TO_DO);
  });
  it("are installed by exact versions, and the undo names exactly these", () => {
    const found = packages("packages-plain", kvmPackages("x86_64"));
    const step = kvmSteps({ ...FACTS, packages: found }, CONTEXT, "nd_1").prepare.find((one) => one.id === "packages");
    const names = found.added.map((one) => one.name);
    expect(step?.command.argv.slice(-names.length)).toEqual(found.added.map((one) => `${one.name}=${one.version}`));
    expect(step && "command" in step.undo && step.undo.command.argv.slice(-names.length)).toEqual(names);
  });
  it("are not touched while somebody else installs, nor when others would go", () => {
    const state = (change: Partial<PackageFacts>) =>
      kvmRows({ packages: { ...NOTHING_TO_DO, missing: ["x"], ...change } }, CONTEXT)[0];
    expect(state({ locked: ["/var/lib/dpkg/lock"] })).toMatchObject({
      state: "fail",
      detail: { key: "preflight.packages.locked" },
    });
    expect(state({ removed: ["important"] })).toMatchObject({
      state: "fail",
      detail: { key: "preflight.packages.removes" },
    });
    expect(state({ upgraded: ["libc6"] })).toMatchObject({ state: "warning" });
  });
});

const twin = (change: Partial<KnownMachine>): KnownMachine => ({
  label: "other",
  clusterName: "c",
  machineId: "0",
  hostName: "other",
  hostUuid: "",
  initiatorName: "",
  ...change,
});

describe("the preflight refuses @P02", () => {
  const { machine } = FACTS;
  const TABLE: [string, Partial<KvmFacts>, Partial<HostContext>, string][] = [
    ["another system", { machine: { ...machine, osId: "fedora" } }, {}, "preflight.system.other"],
    ["another processor", { machine: { ...machine, arch: "riscv64" } }, {}, "preflight.system.architecture"],
    ["no systemd", { machine: { ...machine, systemd: false } }, {}, "preflight.system.no-systemd"],
    ["a user who can't become root", { machine: { ...machine, root: false } }, {}, "preflight.root.none"],
    [
      "no virtualization",
      { machine: { ...machine, kvmDevice: false, virtualization: null } },
      {},
      "preflight.virtualization.none",
    ],
    [
      "a kernel without KVM",
      { machine: { ...machine, kvmDevice: false, kvmModules: [] } },
      {},
      "preflight.virtualization.no-module",
    ],
    ["no machine-id", { machine: { ...machine, machineId: "" } }, {}, "preflight.identity.no-machine-id"],
    [
      "a member's machine-id",
      {},
      { others: [twin({ machineId: machine.machineId })] },
      "preflight.identity.machine-id",
    ],
    ["a host name twice", {}, { others: [twin({ hostName: "n2" })] }, "preflight.identity.host-name"],
    [
      "a host UUID twice in the draft",
      {},
      { others: [twin({ hostUuid: machine.hostUuid, clusterName: null })] },
      "preflight.identity.host-uuid-draft",
    ],
    [
      "an initiator name twice",
      { machine: { ...machine, initiatorName: "iqn.a" } },
      { others: [twin({ initiatorName: "iqn.a" })] },
      "preflight.identity.initiator-name",
    ],
    [
      "another panel's node",
      { machine: { ...machine, owner: '{"panel":"pa_2","node":"nd_9"}' } },
      {},
      "preflight.owner.other-panel",
    ],
    [
      "a node this panel forgot",
      { machine: { ...machine, owner: '{"panel":"pa_1","node":"nd_9"}' } },
      {},
      "preflight.owner.left",
    ],
    [
      "another panel's key",
      { account: { ...FACTS.account, marks: ["spindle:nd_9"] } },
      {},
      "preflight.owner.other-key",
    ],
    ["a clock far off", { clock: { aheadMs: -3_600_000, withinMs: 100 } }, {}, "preflight.clock.off"],
    ["no clock", { clock: { aheadMs: Number.NaN, withinMs: 1 } }, {}, "preflight.clock.unknown"],
    ["a full disk", { space: [{ target: "/var", size: 1e9, free: 1e6, freeInodes: 5 }] }, {}, "preflight.space.little"],
    [
      "a disk without inodes",
      { space: [{ target: "/", size: 1e12, free: 1e11, freeInodes: 0 }] },
      {},
      "preflight.space.inodes",
    ],
  ];
  it.each(TABLE)("%s", (_what, facts, context, key) => {
    const rows = kvmRows({ ...FACTS, ...facts }, { ...CONTEXT, ...context });
    const failed = rows.filter((row) => row.state === "fail");
    expect(failed.map((row) => row.detail?.key)).toEqual([key]);
    for (const said of [failed[0]?.detail, failed[0]?.advice]) expect(hasSentence(said?.key ?? "")).toBe(true);
  });
  it("but warns of an untried release, a clock off by seconds, a tight disk", () => {
    const rows = kvmRows(
      {
        ...FACTS,
        machine: { ...machine, osVersion: "11" },
        clock: { aheadMs: 5_000, withinMs: 50 },
        space: [{ target: "/", size: 8e9, free: 1e9, freeInodes: 9 }],
      },
      CONTEXT,
    );
    expect(rows.filter((row) => row.state === "warning").map((row) => row.id)).toEqual(["system", "clock", "space"]);
  });
  it("does not hold the way to the node against its clock", () => {
    expect(kvmRows({ clock: { aheadMs: 3_000, withinMs: 2_500 } }, CONTEXT)).toMatchObject([{ state: "pass" }]);
  });
});
