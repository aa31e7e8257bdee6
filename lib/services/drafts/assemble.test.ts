import { describe, expect, it } from "vitest";
import type { NodeStep } from "../../domain/plan.ts";
import { hypervisorOf } from "../../hypervisor/registry.ts";
import type { KvmFacts } from "../../hypervisor/kvm/facts.ts";
import type { DirectoryFacts, FileSystem } from "../../storage/directories.ts";
import { checkPlan } from "../../plans/check-plan.ts";
import { digest } from "../../plans/digest.ts";
import { segmentsOf } from "../../plans/segments.ts";
import { assemble, type PlanInput, type PlannedMachine, type PlannedStorage } from "./assemble.ts";
import { basisOf } from "./facts.ts";
import { storageBasis } from "./judge-machine.ts";

const DIRS = { imageDir: "/image", shareDir: "/share" };
const ROOT: FileSystem = {
  uuid: "root-fs",
  source: "/dev/sda1",
  type: "ext4",
  target: "/",
  options: ["rw"],
  root: "/",
  device: "8:1",
};
const DATA: FileSystem = { ...ROOT, uuid: "data-fs", source: "/dev/sdb1", target: "/data", device: "8:17" };

function missing(path: string, fs = ROOT): DirectoryFacts {
  return {
    path,
    kind: "missing",
    missing: [path],
    real: fs.target,
    fs,
    fsid: "1",
    size: 1e12,
    free: 5e11,
    entries: 0,
    marker: null,
  };
}
function there(path: string, real: string, fs: FileSystem): DirectoryFacts {
  return { ...missing(path, fs), kind: "directory", missing: [], real };
}

function host(id: number): KvmFacts {
  return {
    machine: {
      osId: "debian",
      osVersion: "12",
      osName: "Debian 12",
      kernel: "6.1",
      arch: "x86_64",
      hostName: `node${id}`,
      machineId: String(id).repeat(32),
      hostUuid: "",
      initiatorName: "",
      cpuModel: "cpu",
      virtualization: "svm",
      kvmDevice: true,
      kvmModules: ["kvm_amd"],
      threads: 8,
      memory: 1e10,
      systemd: true,
      root: true,
      owner: "",
    },
    account: { home: "/root", sshDir: true, keysFile: true, endsWithNewline: true, marks: [] },
    clock: { aheadMs: 0, withinMs: 1 },
    space: [{ target: "/", size: 1e12, free: 5e11, freeInodes: 100 }],
    packages: {
      missing: [],
      added: [],
      upgraded: [],
      removed: [],
      downloadBytes: 0,
      absentAccounts: [],
      interrupted: false,
      locked: [],
      refusal: [],
    },
    versions: { libvirt: "9", qemu: "7" },
  };
}

const storage = (key: string, vmDir: string): PlannedStorage => ({
  key,
  id: `st_${key}`,
  kind: "file",
  name: key,
  config: { vmDir },
  isMain: key === "s1",
});

function machine(id: number, storages: PlannedStorage[], vm: (dir: string) => DirectoryFacts): PlannedMachine {
  const factsOf = (one: PlannedStorage) => ({
    vm: vm(String(one.config.vmDir)),
    image: missing("/image"),
    share: missing("/share"),
  });
  return {
    key: `nd_${id}`,
    address: `10.0.0.${id}`,
    port: 22,
    user: "root",
    fingerprint: `SHA256:${id}`,
    keySecret: `se_key${id}`,
    passwordSecret: `se_password${id}`,
    keyLine: `restrict ssh-ed25519 AAAA${id} spindle:nd_${id}`,
    choices: {},
    facts: {
      host: { ...host(id) },
      hostDone: true,
      dirs: [missing("/image"), missing("/share")],
      dirsBasis: basisOf(DIRS),
      storages: Object.fromEntries(
        storages.map((one) => [one.key, { basis: storageBasis(one, DIRS), facts: factsOf(one) }]),
      ),
    },
  };
}

function input(storages: PlannedStorage[], machines: PlannedMachine[], change: Partial<PlanInput> = {}): PlanInput {
  return {
    kind: "cluster",
    draftId: "dr_1",
    clusterId: "cl_1",
    clusterName: "lab",
    virtualization: "kvm",
    hypervisor: hypervisorOf("kvm")!,
    dirs: DIRS,
    storages,
    present: [],
    machines,
    panel: { id: "pa_1", epoch: 1 },
    members: [],
    takenThings: [],
    pinned: {},
    unfinished: [],
    ...change,
  };
}

const ONE = [storage("s1", "/vm")];
const two = () => input(ONE, [machine(1, ONE, missing), machine(2, ONE, missing)]);
const failures = (plan: PlanInput) =>
  [...assemble(plan).groups.values()]
    .flat()
    .flatMap((group) => group.rows.filter((row) => row.state === "fail").map((row) => row.detail?.key));

describe("the plan of a cluster @B01", () => {
  it("lets the panel in everywhere, forgets the passwords, works beside each other, and writes the cluster last", () => {
    const plan = assemble(two()).plan!;
    checkPlan(plan);
    const segments = segmentsOf(plan).map((segment) =>
      segment.kind === "panel"
        ? plan.steps[segment.position]!.id
        : [...segment.lanes.values()].map((lane) => lane.length),
    );
    expect(segments).toEqual([[1, 1], "forget-passwords", [5, 5], "record"]);
    expect(plan.steps.slice(0, 2).every((step) => step.kind === "node" && step.access)).toBe(true);
  });
  it("is the same from the same facts, and another one from others", () => {
    expect(digest(assemble(two()).plan)).toBe(digest(assemble(two()).plan));
    const other = input(ONE, [machine(1, ONE, missing), machine(2, ONE, (dir) => there(dir, dir, ROOT))]);
    expect(digest(assemble(other).plan)).not.toBe(digest(assemble(two()).plan));
  });
  it("does not depend on figures that change by themselves", () => {
    const full = two();
    const later = two();
    (later.machines[0]!.facts!.host as unknown as KvmFacts).space = [
      { target: "/", size: 1e12, free: 4e11, freeInodes: 90 },
    ];
    (later.machines[0]!.facts!.host as unknown as KvmFacts).clock = { aheadMs: 300, withinMs: 5 };
    expect(digest(assemble(later).plan)).toBe(digest(assemble(full).plan));
  });
  it("holds references to secrets, never one", () => {
    const plan = assemble(two()).plan!;
    expect(plan.targets[0]).toMatchObject({ keySecret: "se_key1", passwordSecret: "se_password1" });
    expect(
      plan.steps
        .filter((step) => step.kind === "node")
        .some((step) => JSON.stringify((step as NodeStep).command).includes("se_")),
    ).toBe(false);
  });
  it("locks its name, its machines and their addresses, so that of two at once one wins @P02", () => {
    expect(assemble(two()).plan!.locks).toEqual(
      expect.arrayContaining([
        "cluster-name:lab",
        `machine:${"1".repeat(32)}`,
        "address:10.0.0.1:22",
        "node:nd_2",
        "draft:dr_1",
      ]),
    );
  });
  it("has no steps for a machine that does not meet everything", () => {
    const plan = two();
    plan.members = [
      { label: "old", clusterName: "c", machineId: "2".repeat(32), hostName: "x", hostUuid: "", initiatorName: "" },
    ];
    expect(failures(plan)).toEqual(["preflight.identity.machine-id"]);
    expect(assemble(plan).judgements.get("nd_2")?.steps).toEqual([]);
  });
  it("knows facts of another config for what they are: to be looked at again", () => {
    const plan = two();
    plan.storages = [storage("s1", "/elsewhere")];
    expect(assemble(plan).judgements.get("nd_1")).toMatchObject({ isComplete: false, hasFailed: false, steps: [] });
  });
});

describe("two machines of one draft", () => {
  it("that are the same one are refused, both @P02", () => {
    const plan = two();
    (plan.machines[1]!.facts!.host as unknown as KvmFacts).machine.machineId = "1".repeat(32);
    expect(failures(plan)).toEqual(["preflight.identity.machine-id-draft", "preflight.identity.machine-id-draft"]);
  });
});

describe("two storages of one cluster on a node @S08", () => {
  const both = [storage("s1", "/a"), storage("s2", "/b")];
  const on = (vm: (dir: string) => DirectoryFacts) => input(both, [machine(1, both, vm)]);

  it("are refused when one directory is the other by a bind mount", () => {
    const bound = on((dir) =>
      dir === "/a" ? there("/a", "/a", { ...DATA, target: "/a", root: "/vm" }) : there("/b", "/data/vm", DATA),
    );
    expect(failures(bound)).toEqual(["join.collision.tree"]);
  });
  it("are refused when one lies in the other by a link", () => {
    expect(
      failures(on((dir) => (dir === "/a" ? there("/a", "/data/x", DATA) : there("/b", "/data/x/y", DATA)))),
    ).toEqual(["join.collision.tree"]);
  });
  it("are refused when drives would lie among the cluster's images", () => {
    expect(failures(on((dir) => (dir === "/a" ? there("/a", "/image/a", ROOT) : missing(dir))))).toEqual([
      "join.collision.tree",
    ]);
  });
  it("on one partition are warned of: the capacity is one", () => {
    const rows = assemble(on(missing))
      .groups.get("nd_1")!
      .flatMap((group) => group.rows);
    expect(rows.filter((row) => row.state === "warning").map((row) => row.id)).toEqual(["shared-capacity"]);
    expect(failures(on(missing))).toEqual([]);
  });
  it("on partitions of their own are nothing to speak of", () => {
    const rows = assemble(on((dir) => missing(dir, dir === "/a" ? ROOT : DATA)))
      .groups.get("nd_1")!
      .flatMap((group) => group.rows);
    expect(rows.filter((row) => row.state !== "pass")).toEqual([]);
  });
});

describe("a storage that all nodes share", () => {
  const WWID = "360000000000000000e00000000010001";
  const SAN: PlannedStorage = {
    ...{ key: "s2", id: "st_s2", kind: "network-lvm", name: "san", isMain: false },
    config: {
      ...{ portals: "10.0.0.9", target: "iqn.2026-01.lab.host:san1", wwid: WWID, vgName: "net0", waitSeconds: 60 },
      ...{ chapUser: "", chapSecret: "", reverseUser: "", reverseSecret: "", wipe: false },
    },
  };
  const lun = { lun: "0001000000000000", wwid: WWID, size: 2 ** 30, keys: [], vendor: "v", model: "m", serial: "s" };
  const factsOf = (contents: unknown) => ({
    node: { initiator: "", records: [], sessions: [], marks: [], nameInDev: false },
    portals: [{ portal: "10.0.0.9", targets: [], luns: [lun], problem: null }],
    ...{ contents, contentsProblem: null, image: missing("/image"), share: missing("/share") },
  });
  const onSan = (id: number, contents: unknown = { kind: "blank" }): PlannedMachine => {
    const made = machine(id, ONE, missing);
    const seen = { basis: storageBasis(SAN, DIRS), facts: factsOf(contents) };
    const storages = { ...made.facts?.storages, [SAN.key]: seen };
    return { ...made, facts: made.facts && { ...made.facts, storages } };
  };
  const shared = (change: Partial<PlanInput> = {}) => input([...ONE, SAN], [onSan(1), onSan(2), onSan(3)], change);

  /** Steps that make the group, or see it, by where they stand among the meetings. */
  function stagesOf(plan: PlanInput): string[] {
    const { steps } = assemble(plan).plan!;
    let stage = 0;
    return steps.flatMap((step) => {
      if (step.kind === "panel") stage += step.action === "plan.meet" ? 1 : 0;
      return step.kind === "node" && /\.(log-in|vg|vg-uuid)$/.test(step.id) ? [`${stage} ${step.id}`] : [];
    });
  }

  it("is made by the first node, and seen by the others once it is there", () => {
    checkPlan(assemble(shared()).plan!);
    expect(stagesOf(shared())).toEqual([
      ...["0 nd_1.st_s2.log-in", "0 nd_1.st_s2.vg", "0 nd_1.st_s2.vg-uuid"],
      ...["1 nd_2.st_s2.log-in", "1 nd_2.st_s2.vg-uuid", "1 nd_3.st_s2.log-in", "1 nd_3.st_s2.vg-uuid"],
    ]);
  });

  it("is nobody else's while it is made, also where it is not known whether it was", () => {
    const plan = assemble(shared()).plan!;
    expect(plan.locks).toContain(`lun:${WWID}`);
    expect(plan.holds).toEqual([`lun:${WWID}`]);
  });

  it("is joined by more nodes beside each other, while others work with it", () => {
    const identity = { vgUuid: "VG-1", pvUuids: "P", imageFs: "", shareFs: "", wwid: WWID, target: "t" };
    const group = {
      ...{ name: "net0", uuid: "VG-1", tags: [], pvUuids: ["P"], volumes: [], systemId: "", lockType: "" },
      ...{ host: "", writtenAt: "" },
    };
    const taken = [{ scope: "lun", value: WWID, label: "san, node1", storageId: SAN.id }];
    const more = input([...ONE, SAN], [onSan(2, { kind: "group", group }), onSan(3, { kind: "group", group })], {
      ...{ kind: "join", pinned: { [SAN.id]: identity }, takenThings: taken },
    });
    expect(failures(more)).toEqual([]);
    expect(stagesOf(more).every((step) => step.startsWith("0 "))).toBe(true);
    expect(assemble(more).plan?.locks).not.toContain(`lun:${WWID}`);
    expect(assemble(more).plan?.holds).toBeUndefined();
  });

  it("is refused where another storage of the panel has the LUN", () => {
    const taken = [{ scope: "lun", value: WWID, label: "other, node9", storageId: "st_other" }];
    expect(failures(shared({ takenThings: taken }))).toContain("join.collision.thing");
  });
});
