import { describe, expect, it } from "vitest";
import type { DirectoryFacts } from "../../directories.ts";
import type { JoinContext } from "../../contract.ts";
import type { LvmConfig } from "./config.ts";
import type { LvmFacts } from "./facts.ts";
import { foundLvm } from "./found.ts";
import { joinLvm } from "./join.ts";
import type { PhysicalVolume, VolumeGroup } from "../../lvm/report.ts";

const A = "mOT8rW-Ijxu-jDgS-as2k-I0yZ-qNLd-B82NlB";
const B = "TakUyE-vXBT-BNCl-tEuD-1xfv-Y0NW-f0AjS9";

const pv = (name: string, uuid: string): PhysicalVolume => ({
  name,
  uuid,
  size: 4290772992,
  isMissing: false,
  isDuplicate: false,
});
function vg(name: string, uuid: string, change: Partial<VolumeGroup> = {}): VolumeGroup {
  return {
    name,
    uuid,
    size: 4290772992,
    free: 4290772992,
    extentSize: 4194304,
    lvCount: 0,
    missingPvs: 0,
    attributes: "wz--n-",
    systemId: "",
    lockType: "",
    tags: [],
    metadataSize: 1044480,
    metadataFree: 519680,
    pvs: [pv("/dev/vdb", uuid.toLowerCase())],
    ...change,
  };
}
const directory = (path: string): DirectoryFacts => ({
  path,
  kind: "missing",
  missing: [path],
  real: "/",
  fs: {
    uuid: "7594dff8-acb8-463e-af97-f96a1aa5fe26",
    source: "/dev/vda",
    type: "ext4",
    target: "/",
    options: ["rw"],
    root: "/",
    device: "254:0",
  },
  fsid: "a1",
  size: 8e9,
  free: 6e9,
  entries: 0,
  marker: null,
});
function facts(groups: VolumeGroup[], change: Partial<LvmFacts> = {}): LvmFacts {
  return {
    hasTools: true,
    devices: groups.flatMap((group) => group.pvs.map(({ name, uuid }) => ({ path: name, uuid }))),
    groups,
    volumes: [],
    contents: [],
    complaints: "",
    systemId: "",
    places: [],
    nameInDev: false,
    disks: [],
    image: directory("/image"),
    share: directory("/share"),
    ...change,
  };
}
const owner = { panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 };
const context = (choices: Record<string, string> = {}): JoinContext<LvmConfig> => ({
  config: { vgName: "lvm0", wipe: false },
  dirs: { imageDir: "/image", shareDir: "/share" },
  owner,
  choices,
  target: "nd_1",
});

function outcome(found: LvmFacts, choices: Record<string, string> = {}) {
  const { rows, steps, identity } = joinLvm(context(choices), found);
  const wrong = rows.find((row) => row.state === "fail");
  return {
    says: (wrong ?? rows[0])?.detail?.key,
    advice: wrong?.advice?.key,
    offers: rows[0]?.choices?.map((choice) => `${choice.key} ${choice.value}`) ?? [],
    steps: steps.map((step) => step.id),
    uuid: identity?.vgUuid ?? null,
  };
}

describe("looking for the volume group @S16", () => {
  it("one of the name: joined", () => {
    expect(outcome(facts([vg("lvm0", A), vg("other", B)]))).toMatchObject({
      says: "lvm.group.found",
      steps: ["tag"],
      uuid: A,
    });
  });
  it("several of the name: one is picked by UUID", () => {
    const two = facts([vg("lvm0", A), vg("lvm0", B)]);
    expect(outcome(two)).toMatchObject({
      says: "lvm.group.several",
      offers: [`pick ${A}`, `pick ${B}`],
      steps: [],
      uuid: null,
    });
    expect(outcome(two, { pick: B })).toMatchObject({ says: "lvm.group.picked", steps: ["tag"], uuid: B });
    expect(outcome(two, { pick: "another" })).toMatchObject({ steps: [], uuid: null });
  });
  it("none on the node: an error", () => {
    expect(outcome(facts([]))).toMatchObject({ says: "lvm.group.none", offers: [], steps: [], uuid: null });
  });
  it("exactly one under another name, unused: renaming is offered, and done only when chosen", () => {
    const found = facts([vg("data", A)]);
    expect(outcome(found)).toMatchObject({
      says: "lvm.group.other-renamable",
      offers: [`rename ${A}`],
      steps: [],
      uuid: null,
    });
    expect(outcome(found, { rename: A })).toMatchObject({ steps: ["rename", "tag"], uuid: A });
  });
  it("several under other names: listed, and the join ends", () => {
    const { rows, steps } = joinLvm(context({ rename: A }), facts([vg("data", A), vg("more", B)]));
    expect(steps).toEqual([]);
    expect(rows[0]?.choices).toBeUndefined();
    expect(String(rows[0]?.detail?.values?.list)).toMatch(/data \(.*more \(/);
  });
  it("no lvm2, but disks that carry a group: said, not guessed", () => {
    expect(outcome(facts([vg("lvm0", A)], { hasTools: false, groups: [] }))).toMatchObject({
      says: "lvm.group.no-tools",
      steps: [],
    });
  });
  it("LVM complains and lists nothing: not taken for an empty node", () => {
    expect(outcome(facts([], { complaints: "vgs: Input/output error (exit 5)" }))).toMatchObject({
      says: "lvm.group.unreadable",
    });
  });
});

const open = { name: "root", uuid: "u", vgUuid: A, isOpen: true, size: 1, tags: [] };
const place = (name: string, text: string) => ({ places: [{ name, text }] });

describe("renaming is not offered", () => {
  const TABLE: [string, Partial<VolumeGroup>, Partial<LvmFacts>, string][] = [
    ["while a volume is open", {}, { volumes: [open] }, "open"],
    ["when a PV is missing", { missingPvs: 1 }, {}, "partial"],
    ["when it is partial", { attributes: "wz-pn-" }, {}, "partial"],
    ["when it is exported", { attributes: "wzx-n-" }, {}, "exported"],
    ["when it is shared", { attributes: "wz--ns" }, {}, "shared"],
    ["when it has a lock type", { lockType: "sanlock" }, {}, "shared"],
    ["when it is another system's", { systemId: "elsewhere" }, {}, "system-id"],
    ["when it is read-only", { attributes: "rz--n-" }, {}, "read-only"],
    ["when a storage of a panel has it", { tags: ["spindle.panel=pa_1", "spindle.storage=st_2"] }, {}, "owned"],
    ["when fstab names it", {}, place("fstab", "/dev/data/root / ext4 defaults 0 1"), "named"],
    ["when fstab names its map", {}, place("fstab", "/dev/mapper/data-root / ext4 defaults 0 1"), "named"],
    [
      "when fstab names a file system on it",
      {},
      {
        ...place("fstab", "UUID=1234-ab /mnt ext4 defaults 0 0"),
        contents: [{ device: "/dev/mapper/data-x", uuid: "1234-ab", label: "" }],
      },
      "named",
    ],
    ["when crypttab names it", {}, place("crypttab", "secret /dev/data/box none luks"), "named"],
    ["when the kernel is started from it", {}, place("kernel command line", "root=/dev/mapper/data-root ro"), "named"],
    ["when the kernel is told to activate it", {}, place("kernel command line", "rd.lvm.lv=data/swap"), "named"],
    ["when it is swap", {}, place("swap", "Filename\n/dev/mapper/data-swap partition 100"), "named"],
    ["when it is mounted", {}, place("mounts", "/dev/mapper/data-home /home"), "named"],
    ["when a guest names it", {}, place("guests", "/dev/data/vm1"), "named"],
    ["when /dev has that name already", {}, { nameInDev: true }, "name-in-dev"],
  ];
  it.each(TABLE)("%s @S16", (_when, group, more, reason) => {
    const result = outcome(facts([vg("data", A, group)], more), { rename: A });
    expect(result).toMatchObject({
      says: "lvm.group.other",
      advice: `lvm.rename.${reason}`,
      offers: [],
      steps: [],
      uuid: null,
    });
  });
  it("but a comment, or another group of a similar name, keeps nobody from it", () => {
    const text = "# /dev/data/root\n/dev/data2/root / ext4 defaults 0 1\n/dev/mapper/data--x-root /x ext4";
    expect(outcome(facts([vg("data", A)], place("fstab", text)))).toMatchObject({ says: "lvm.group.other-renamable" });
  });
  it("a dash in the name is two in the map's", () => {
    expect(outcome(facts([vg("my-vg", A)], place("fstab", "/dev/mapper/my--vg-root / ext4")))).toMatchObject({
      advice: "lvm.rename.named",
    });
  });
});

describe("a found group is refused", () => {
  const TABLE: [string, Partial<VolumeGroup>, string][] = [
    ["partial", { attributes: "wz-pn-", missingPvs: 1 }, "lvm.state.partial"],
    ["with a PV seen twice", { pvs: [{ ...pv("/dev/vdb", "x"), isDuplicate: true }] }, "lvm.state.duplicate"],
    ["exported", { attributes: "wzx-n-" }, "lvm.state.exported"],
    ["shared", { lockType: "dlm" }, "lvm.state.shared"],
    ["of another system", { systemId: "elsewhere" }, "lvm.state.system-id"],
    ["read-only", { attributes: "rz--n-" }, "lvm.state.read-only"],
    ["another panel's", { tags: ["spindle.panel=pa_2", "spindle.storage=st_9"] }, "lvm.owner.other-panel"],
    [
      "another storage's",
      { tags: ["spindle.panel=pa_1", "spindle.cluster=cl_1", "spindle.storage=st_2", "spindle.epoch=1"] },
      "lvm.owner.other-storage",
    ],
  ];
  it.each(TABLE)("%s", (_what, change, says) => {
    expect(outcome(facts([vg("lvm0", A, change)]))).toMatchObject({ says, steps: [], uuid: null });
  });
  it("but its own marks, that it was made by the panel, and other people's tags and volumes, are no refusal", () => {
    const own = [
      "spindle.panel=pa_1",
      "spindle.cluster=cl_1",
      "spindle.storage=st_1",
      "spindle.epoch=1",
      "backup",
      "spindle.made",
    ];
    expect(outcome(facts([vg("lvm0", A, { tags: own, lvCount: 3 })]))).toMatchObject({ uuid: A });
    expect(joinLvm(context(), facts([vg("lvm0", A, { lvCount: 3 })])).rows.at(-1)).toMatchObject({ state: "warning" });
  });
});

describe("every command of a join", () => {
  it("names the group's own devices, by names that stay @S17", () => {
    const two = vg("data", A, { pvs: [pv("/dev/sdb", "uuid-1"), pv("/dev/sdc", "uuid-2")] });
    const { steps } = joinLvm(context({ rename: A }), facts([two]));
    const devices = [
      "--devices",
      "/dev/disk/by-id/lvm-pv-uuid-uuid-1",
      "--devices",
      "/dev/disk/by-id/lvm-pv-uuid-uuid-2",
    ];
    for (const step of steps) {
      const undo = "none" in step.undo ? [] : [step.undo.command, step.undo.proof?.command];
      for (const command of [step.command, step.alreadyDone?.command, step.precondition?.command, ...undo]) {
        if (command) expect(command.argv.join(" ")).toContain(devices.join(" "));
      }
    }
  });
});

describe("what a look found for the form @S05", () => {
  it("offers each name once, and says why there is none", () => {
    expect(foundLvm(facts([vg("lvm0", A), vg("lvm0", B), vg("data", B)])).map((found) => found.choice?.value)).toEqual([
      "lvm0",
      undefined,
      "data",
    ]);
    expect(foundLvm(facts([]))).toEqual([{ id: "none", text: { key: "lvm.found.none" } }]);
    expect(foundLvm(facts([], { hasTools: false }))).toEqual([{ id: "no-tools", text: { key: "lvm.found.no-tools" } }]);
  });

  it("tells two things apart even where a node shows one UUID twice", () => {
    const ids = foundLvm(facts([vg("lvm0", A), vg("data", B), vg("copy", B)])).map((found) => found.id);
    expect(ids).toEqual([A, B, `${B}/1`]);
  });
});
