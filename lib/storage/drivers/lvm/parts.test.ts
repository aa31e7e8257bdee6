import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { NodeStep } from "../../../domain/plan.ts";
import type { PartsRequest } from "../../../domain/parts-request.ts";
import { lvm as sentences } from "../../../messages/en/lvm.ts";
import type { JoinContext, PartsContext } from "../../contract.ts";
import type { Disk } from "../../disks.ts";
import { commandsOf, shellComplaint } from "../../test-steps.ts";
import type { LvmConfig } from "./config.ts";
import type { LvmFacts } from "./facts.ts";
import { joinLvm } from "./join.ts";
import { leaveLvm } from "./leave.ts";
import { resizeStep } from "../../lvm/grow-steps.ts";
import { partOf, readPartsReport } from "../../lvm/parts-facts.ts";
import { type PartsFacts, planLvmParts } from "./parts.ts";
import { pvUuidFor } from "../../lvm/pv-steps.ts";

const VG = "S8U9wx-3I0A-dc1g-Ee5o-UIgU-XeB7-5k2hvD";
const PV1 = "ACkSvn-1HPG-3HbK-tGIw-xn6H-nG2B-E9Vuic";
const PV2 = "LTECEz-kitd-4oCN-S7VZ-WcbE-82DM-vkFw3G";
const MIB = 1024 ** 2;

const owner = { panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 };
const context: PartsContext<LvmConfig> = {
  config: { vgName: "lvm0", wipe: false },
  dirs: { imageDir: "/image", shareDir: "/share" },
  ...{ owner, details: null, target: "nd_1" },
  identity: { vgUuid: VG, pvUuids: `${PV1},${PV2}`, imageFs: "", shareFs: "" },
};

const section = (title: string, body: string) => `\u001e${title}\u001f${body}\n`;
const row = (values: Record<string, string>) => JSON.stringify(values);
const report = (kind: string, ...rows: Record<string, string>[]) =>
  `  {\n      "report": [\n          {\n              "${kind}": [\n${rows.map(row).join(",\n")}\n              ]\n          }\n      ]\n  }`;
const vgRow = {
  ...{ vg_name: "lvm0", vg_uuid: VG, vg_size: "12842958848", vg_free: "8568963072", vg_extent_size: "4194304" },
  ...{ lv_count: "1", pv_count: "2", vg_missing_pv_count: "0", vg_attr: "wz--n-", vg_systemid: "", vg_lock_type: "" },
  ...{ vg_tags: "", vg_mda_free: "8908800", vg_mda_size: "17821696" },
};
const pvRow = (uuid: string, name: string, extents: number, used: number, room = 0) => ({
  ...{
    pv_name: name,
    pv_uuid: uuid,
    vg_uuid: VG,
    pv_size: String(extents * 4 * MIB),
    pv_missing: "",
    pv_duplicate: "",
  },
  ...{ pv_pe_count: String(extents), pv_pe_alloc_count: String(used), pe_start: String(17 * MIB) },
  ...{
    dev_size: String((extents + room) * 4 * MIB + 17 * MIB + 512),
    pv_mda_count: "1",
    pv_mda_size: String(17 * MIB),
  },
});
const answer = (pvs: Record<string, string>[], lvs = "  dr_1") =>
  section("system-id", "  system ID: ") +
  section("vgs", report("vg", vgRow)) +
  section("pvs", report("pv", ...pvs)) +
  section("lvs", lvs) +
  section("end", "");

const disk = (name: string, change: Partial<Disk> = {}): Disk => ({
  ...{ name, link: `/dev/disk/by-id/scsi-${name}`, size: 4096 * MIB, serial: name, wwn: "", model: "X", used: [] },
  ...change,
});
const FULL = disk("sda", { used: [{ what: "mounted", detail: "/" }] });
const FREE = disk("sdd");

function facts(used = 100, change: Partial<PartsFacts> = {}): PartsFacts {
  const read = readPartsReport(answer([pvRow(PV1, "/dev/sda", 2042, used), pvRow(PV2, "/dev/sdb", 1019, 0)]));
  return { ...read, disks: [FULL, FREE], ...change };
}

const grown = () => ({
  ...facts(),
  ...readPartsReport(answer([pvRow(PV1, "/dev/sda", 2042, 100, 250), pvRow(PV2, "/dev/sdb", 1019, 0)])),
});

const plan = (request: PartsRequest, found = facts()) => planLvmParts(context, found, request);
const idsOf = (steps: readonly NodeStep[]) => steps.map(({ id }) => id);

const add: PartsRequest = { verb: "add", disks: [FREE.link ?? ""] };
const empty: PartsRequest = { verb: "empty", part: PV1, andRemove: true };
const remove: PartsRequest = { verb: "remove", part: PV2 };
const made = (choices: Record<string, string>, change: Partial<LvmFacts> = {}) =>
  joinLvm({ ...context, choices } as JoinContext<LvmConfig>, {
    ...{ hasTools: true, devices: [], groups: [], volumes: [], contents: [], complaints: "", systemId: "", places: [] },
    ...{ nameInDev: false, disks: [FULL, FREE, disk("sde")] },
    image: { fs: null, fsid: "a1" } as LvmFacts["image"],
    share: { fs: null, fsid: "a1" } as LvmFacts["share"],
    ...change,
  });
const CHOSEN = { "disk:/dev/disk/by-id/scsi-sdd": "use" };

const everyStep = () => [
  ...plan(add).steps,
  ...plan(empty).steps,
  ...plan(remove).steps,
  ...plan({ verb: "grow" }, grown()).steps,
  ...made(CHOSEN).steps,
  ...leaveLvm(context).steps,
];

describe("every step @P15 @B04", () => {
  it("forces nothing and wipes nothing", () => {
    for (const { argv } of everyStep().flatMap(commandsOf)) {
      for (const word of argv) expect(word).not.toMatch(/^(-f|-ff|--force|-y|--yes|-Z|--zero|-W)$/);
      expect(argv.join("\n")).not.toMatch(/(vgremove|pvremove|pvcreate|vgreduce|pvmove)[^\n]* (-f|-ff|-y|--force)\b/);
      expect(argv.join("\n")).not.toMatch(/wipefs (?!-n)/);
    }
  });

  it("opens the storage's own devices alone", () => {
    for (const step of everyStep()) {
      const tools = step.command.argv[0] !== "sh" ? [step.command] : commandsOf(step);
      for (const { argv } of tools)
        if (!argv.join(" ").includes("disk_used"))
          expect([
            step.id,
            argv.includes("--devices") || argv.some((word) => word.includes("--devices") || word.includes("[ ! -e")),
          ]).toEqual([step.id, true]);
    }
  });

  it("has scripts that a shell understands", () => {
    for (const command of everyStep().flatMap(commandsOf)) expect(shellComplaint(command)).toBe("");
  });

  it("is undone only after a proof, where that could take something away", () => {
    for (const { id, undo } of everyStep()) {
      if ("none" in undo || !/vgremove|pvremove|vgreduce|vgextend/.test(undo.command.argv.join(" "))) continue;
      expect(undo.proof, id).toBeDefined();
    }
  });

  it("has words for each failure", () => {
    const known = Object.keys(sentences.parts.failed);
    for (const { failures = [] } of everyStep())
      for (const { message } of failures)
        if (message.key.startsWith("lvm.parts.failed.")) expect(known).toContain(message.key.slice(17));
  });
});

describe("a group of PVs, as the node shows it @P15", () => {
  it("each PV has its size and what is on it, in bytes of whole extents", () => {
    const { pvs, isMoving } = facts();
    expect(pvs.map(partOf)).toEqual([
      { id: PV1, device: "/dev/sda", size: 2042 * 4 * MIB, free: 1942 * 4 * MIB, isMissing: false },
      { id: PV2, device: "/dev/sdb", size: 1019 * 4 * MIB, free: 1019 * 4 * MIB, isMissing: false },
    ]);
    expect(isMoving).toBe(false);
  });

  it("a move that was cut short is seen", () => {
    const read = readPartsReport(answer([pvRow(PV1, "/dev/sda", 10, 5)], "  dr_1\n  [pvmove0]"));
    expect(read.isMoving).toBe(true);
  });

  it("an answer that was cut off is no answer, and none about the group is no group", () => {
    expect(() => readPartsReport(section("vgs", report("vg", vgRow)))).toThrow();
    const gone = section("vgs", report("vg")) + section("pvs", report("pv")) + section("end", "");
    expect(plan(add, { ...facts(), ...readPartsReport(gone) }).blockers[0]?.key).toBe("lvm.parts.gone");
  });
});

describe("another disk into a group @P15", () => {
  it("becomes a PV after its proof, then part of the group; the identity names it afterwards", () => {
    const { steps, identity, blockers, problems } = plan(add);
    expect([idsOf(steps), blockers, problems]).toEqual([["pv-1", "extend"], [], {}]);
    const uuid = pvUuidFor("st_1", "nd_1", { link: FREE.link ?? "" });
    expect(identity.pvUuids).toBe(`${PV1},${PV2},${uuid}`);
    const [pv] = steps;
    expect(pv?.command.argv).toEqual([
      ...[
        "pvcreate",
        "--devices",
        FREE.link,
        "--metadatasize",
        "16m",
        "--uuid",
        uuid,
        "--norestorefile",
        "--",
        FREE.link,
      ],
    ]);
    expect(pv?.precondition?.command.argv).toContain(FREE.link);
  });

  it("a disk that is used, or gone, is refused at its field", () => {
    for (const link of [FULL.link ?? "", "/dev/disk/by-id/scsi-none"])
      expect(plan({ verb: "add", disks: [link] }).problems.disks?.key).toBe("parts.problem.not-unused");
  });

  it.each([
    ["partial", { missingPvs: 1 }],
    ["exported", { attributes: "wzx-n-" }],
    ["read-only", { attributes: "rz--n-" }],
    ["shared", { lockType: "sanlock" }],
    ["system-id", { systemId: "other" }],
  ])("a group that is %s takes no change", (state, change) => {
    const found = facts();
    const group = { ...found.group!, ...change };
    for (const request of [add, empty, remove])
      expect(plan(request, { ...found, group }).blockers[0]?.key).toBe(`lvm.parts.state.${state}`);
  });

  it("a group under another name takes none", () => {
    const found = facts();
    expect(plan(add, { ...found, group: { ...found.group!, name: "x" } }).blockers[0]?.key).toBe("lvm.parts.gone");
  });
});

describe("everything off a PV @P15", () => {
  it("is moved, then the PV goes, and the identity no longer names it", () => {
    const { steps, identity } = plan(empty);
    expect(idsOf(steps)).toEqual(["move", "reduce", "remove"]);
    expect(identity.pvUuids).toBe(PV2);
    expect(plan({ ...empty, andRemove: false } as PartsRequest).identity.pvUuids).toBe(`${PV1},${PV2}`);
  });

  it("is refused where the others have too little room, unless a move that was cut short has its room already", () => {
    expect(plan(empty, facts(1500)).blockers[0]?.key).toBe("lvm.parts.no-room");
    expect(idsOf(plan(empty, facts(1500, { isMoving: true })).steps)).toContain("move");
  });

  it.each([
    ["only", [pvRow(PV1, "/dev/sda", 10, 5)], empty],
    ["empty", [pvRow(PV1, "/dev/sda", 10, 0), pvRow(PV2, "/dev/sdb", 10, 0)], empty],
    ["holds", [pvRow(PV1, "/dev/sda", 10, 5), pvRow(PV2, "/dev/sdb", 10, 5)], remove],
    ["gone", [pvRow(PV2, "/dev/sdb", 10, 0)], empty],
  ] as const)("%s: refused with the reason", (reason, pvs, request) => {
    const found = { ...facts(), ...readPartsReport(answer([...pvs])) };
    expect(plan(request, found).blockers[0]?.key).toBe(`parts.obstacle.${reason}`);
  });
});

describe("a disk that has grown @P15", () => {
  it("is taken in, and the others stay as they are", () => {
    expect(grown().pvs.map((pv) => pv.grown)).toEqual([1000 * MIB, 0]);
    const { steps, identity, blockers } = plan({ verb: "grow" }, grown());
    expect([blockers, idsOf(steps), identity.pvUuids]).toEqual([[], ["resize-1"], `${PV1},${PV2}`]);
    expect(steps[0]?.command.argv.slice(-2)).toEqual(["--", `/dev/disk/by-id/lvm-pv-uuid-${PV1}`]);
    expect(steps[0]?.undo).toHaveProperty("none");
  });

  it("without one there is nothing to do", () => {
    expect(plan({ verb: "grow" }).blockers[0]?.key).toBe("parts.obstacle.not-grown");
  });

  const SIZE = 2042 * 4 * MIB + 17 * MIB;
  it.each([
    ["fills it", [SIZE, 17 * MIB, 4 * MIB, 2042, 1, 17 * MIB], 0, 0],
    ["could have ten extents more", [SIZE, 17 * MIB, 4 * MIB, 2032, 1, 17 * MIB], 1, 0],
    ["has its second metadata area at the end", [SIZE, 17 * MIB, 4 * MIB, 2037, 2, 17 * MIB], 0, 0],
    ["has another size by now", [SIZE + 4 * MIB, 17 * MIB, 4 * MIB, 2042, 1, 17 * MIB], 1, 1],
    ["is gone", [], 1, 1],
  ] as const)("a PV that %s", (_what, line, fills, proof) => {
    const folder = mkdtempSync(join(tmpdir(), "spindle-pvs-"));
    writeFileSync(join(folder, "pvs"), `#!/bin/sh\necho '  ${line.join(" ")}'\n`, { mode: 0o755 });
    writeFileSync(join(folder, "vgs"), "#!/bin/sh\necho '  0'\n", { mode: 0o755 });
    const group = { name: "lvm0", uuid: VG, devices: ["--devices", "/dev/x"], target: "nd_1" };
    const { alreadyDone, precondition } = resizeStep(group, { uuid: PV1, link: "/dev/x", size: SIZE }, "resize");
    const codes = [alreadyDone, precondition].map((check) => {
      return spawnSync("env", [`PATH=${folder}:/usr/bin:/bin`, ...(check?.command.argv ?? [])]).status;
    });
    rmSync(folder, { recursive: true });
    expect(codes.map((code) => Number(code !== 0))).toEqual([fills, proof]);
  });
});

describe("a group of bare disks @B04", () => {
  it("is offered for each unused disk, and the others are listed with what was found on them", () => {
    const { rows, steps } = made({});
    expect(rows[0]).toMatchObject({ state: "fail", detail: { key: "lvm.group.none" } });
    expect(rows[1]?.choices?.map(({ key }) => key)).toEqual([
      "disk:/dev/disk/by-id/scsi-sdd",
      "disk:/dev/disk/by-id/scsi-sde",
    ]);
    expect(rows.slice(2).map(({ detail }) => detail?.key)).toEqual(["disks.used.mounted"]);
    expect(steps).toEqual([]);
  });

  it("is made of the disks that were chosen, marked, and known by the UUID that its last step says", () => {
    const { rows, steps, identity, late, uses } = made({ ...CHOSEN, "disk:/dev/disk/by-id/scsi-sde": "use" });
    expect(rows[0]).toMatchObject({ state: "pass", detail: { key: "lvm.group.will-make", values: { count: 2 } } });
    expect(idsOf(steps)).toEqual(["pv-1", "pv-2", "vg", "vg-uuid"]);
    expect(late).toEqual({ step: "vg-uuid", fields: ["vgUuid"] });
    expect(identity?.pvUuids?.split(",")).toHaveLength(2);
    expect(uses.map(({ scope }) => scope)).toEqual(["disk", "disk"]);
    const group = steps[2]?.command.argv ?? [];
    for (const tag of ["spindle.panel=pa_1", "spindle.storage=st_1", "spindle.made"]) expect(group).toContain(tag);
  });

  it("is the same plan each time, and each disk has a PV of its own", () => {
    expect(made(CHOSEN)).toEqual(made(CHOSEN));
    const uuids = ["a", "b"].flatMap((link) => ["nd_1", "nd_2"].map((node) => pvUuidFor("st_1", node, { link })));
    expect(new Set(uuids).size).toBe(4);
    for (const uuid of uuids) expect(uuid).toMatch(/^[A-Za-z0-9]{6}(-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}$/);
  });

  it.each([
    ["the groups could not be read", { complaints: "vgs: error (exit 5)" }],
    ["something else has the name", { nameInDev: true }],
  ])("is not offered where %s", (_name, change) => {
    const { rows, steps } = made(CHOSEN, change as Partial<LvmFacts>);
    expect([rows.some(({ choices }) => choices?.length), steps]).toEqual([false, []]);
  });

  it("a disk that was chosen and is used by now is not taken", () => {
    const { rows, steps } = made(CHOSEN, { disks: [disk("sdd", { used: [{ what: "signature", detail: "ext4" }] })] });
    expect([rows[0]?.state, steps]).toEqual(["fail", []]);
  });
});
