import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasSentence } from "../../../messages/sentence.ts";
import type { LeftoversContext } from "../../contract.ts";
import { commandsOf, shellComplaint, textsOf } from "../../test-steps.ts";
import { networkLvmConfig } from "./config.ts";
import { file, folder, onFakeNode, program, sh } from "./fake-node.ts";
import { networkLvmLeftovers as leftovers } from "./leftovers.ts";
import { type LeftoverFacts, readLeftovers } from "./leftovers-look.ts";

const WWID = "360000000000000000e00000000010001";
const SECOND = "360000000000000000e00000000010002";
const TARGET = "iqn.2026-01.lab.host:san1";
const GONE = "iqn.2026-01.lab.host:old";
const VG = "k1c2RN-Hpcf-fIPN-CTTL-7bIh-hz0e-8Qm4nI";
const PLAIN = VG.replaceAll("-", "");
const LV = "a".repeat(32);
const LOST = "b".repeat(32);

const config = networkLvmConfig.parse({ portals: "10.0.0.1", target: TARGET, wwid: WWID });
const identity = { vgUuid: VG, pvUuids: "P", imageFs: "", shareFs: "", wwid: WWID, target: TARGET };
const context: LeftoversContext = {
  ...{ panelId: "pa_1", target: "nd_1" },
  kept: [{ storageId: "st_1", config, identity }],
};
const own = { storageId: "st_1", targets: [TARGET], wwids: [WWID] };
const old = { storageId: "st_old", targets: [GONE], wwids: [SECOND] };
const record = (target: string) => ({ target, address: "10.0.0.1", port: 3260 });
const map = (name: string, lv: string, isOpen = false) => ({ name, uuid: `LVM-${PLAIN}${lv}`, isOpen });
const facts = (change: Partial<LeftoverFacts> = {}): LeftoverFacts => ({
  ...{ marks: [own], records: [record(TARGET)], sessions: [TARGET], dropIns: [], units: [], holders: [] },
  ...{ maps: [map("net0-a", LV)], lvs: { [VG]: [LV] } },
  ...change,
});
const ids = (found: LeftoverFacts) => leftovers.view(context, found).map(({ id }) => id);
const steps = (found: LeftoverFacts, id: string) => leftovers.clear(context, found, id);
const stepIds = (found: LeftoverFacts, id: string) => steps(found, id).map((step) => step.id);

describe("what is left on a node @P16", () => {
  it("nothing of storages that the node has, and of LVs that are there", () => {
    expect(ids(facts())).toEqual([]);
  });

  it("a map of an LV that the group has not any more, unless the group could not be asked", () => {
    const stale = facts({
      maps: [map("net0-a", LV), map("net0-b", LOST), { name: "x", uuid: `LVM-${LOST}${LOST}`, isOpen: false }],
    });
    expect(ids(stale)).toEqual([`map:LVM-${PLAIN}${LOST}`]);
    expect(ids({ ...stale, lvs: { [VG]: null } })).toEqual([]);
    const [step] = steps(stale, `map:LVM-${PLAIN}${LOST}`);
    expect(step?.command.argv).toEqual(["dmsetup", "remove", "--retry", "--", "net0-b"]);
    expect(step?.precondition?.command.argv).toContain(LOST);
  });

  it("one that is open is shown with that, and so is a LUN that something lies on", () => {
    const used = facts({
      ...{ maps: [map("net0-b", LOST, true)], marks: [own, old] },
      holders: [{ wwid: SECOND, name: "other-lv" }],
    });
    expect(leftovers.view(context, used).map(({ obstacle }) => obstacle?.key)).toEqual([
      "network-lvm.leftover.in-use",
      "network-lvm.leftover.in-use",
    ]);
  });

  it("what a storage uses that the node has not: LUNs, sessions, records, settings, the note last", () => {
    const found = facts({
      ...{ marks: [own, old], records: [record(TARGET), record(GONE)], sessions: [TARGET, GONE] },
      dropIns: [
        { name: "spindle-st_1.conf", text: "x" },
        { name: "spindle-st_old.conf", text: "y" },
      ],
      units: [
        { name: "spindle-st-1-login.timer", text: "x" },
        { name: "spindle-st-old-login.timer", text: "y" },
      ],
    });
    expect(ids(found)).toEqual(["storage:st_old"]);
    expect(stepIds(found, "storage:st_old")).toEqual([
      ...[
        "relogin",
        "file-spindle-st-old-login.timer",
        `drop-${SECOND}`,
        "log-out",
        "record-1",
        "file-spindle-st_old.conf",
        `disclaim-${SECOND}`,
        "unmark",
      ],
    ]);
    const text = steps(found, "storage:st_old")
      .flatMap(({ command }) => command.argv)
      .join("\n");
    expect(text).not.toContain(TARGET);
    expect(text).not.toContain(WWID);
  });

  it("closed maps of LVs on its LUNs go before the LUNs", () => {
    const uuid = `LVM-${LOST}${LV}`;
    const found = facts({
      ...{ marks: [own, old], holders: [{ wwid: SECOND, name: "old-a" }] },
      maps: [map("net0-a", LV), { name: "old-a", uuid, isOpen: false }],
    });
    expect(leftovers.view(context, found)).toMatchObject([{ id: "storage:st_old", obstacle: null }]);
    expect(stepIds(found, "storage:st_old").slice(0, 3)).toEqual(["relogin", "map-1", `drop-${SECOND}`]);
  });

  it("sessions, records and a LUN that another storage needs by now stay", () => {
    const found = facts({ marks: [own, { storageId: "st_old", targets: [TARGET], wwids: [WWID, SECOND] }] });
    expect(stepIds(found, "storage:st_old")).toEqual(["relogin", `drop-${SECOND}`, `disclaim-${SECOND}`, "unmark"]);
  });

  it("records of the panel's that no note and no storage speaks of", () => {
    const found = facts({ records: [record(TARGET), record(GONE)] });
    expect(ids(found)).toEqual([`target:${GONE}`]);
    expect(stepIds(found, `target:${GONE}`)).toEqual(["log-out", "record-1"]);
  });

  it("of a storage on several targets everything of each, but for a target that is needed", () => {
    const LATE = "iqn.2026-01.lab.host:late";
    const wide = { ...old, targets: [GONE, TARGET, LATE] };
    const found = facts({
      ...{ marks: [own, wide], records: [record(TARGET), record(GONE), record(LATE)], sessions: [LATE] },
      units: [
        { name: "spindle-st-old-login.timer", text: "y" },
        { name: "spindle-st-old-t3-login.service", text: "z" },
      ],
    });
    expect(
      leftovers.view(context, found).map(({ id, text }) => [id, text.values?.target, text.values?.session]),
    ).toEqual([["storage:st_old", wide.targets.join(", "), "yes"]]);
    expect(stepIds(found, "storage:st_old")).toEqual([
      ...["relogin", "file-spindle-st-old-login.timer", "relogin-t2", "relogin-t3"],
      ...["file-spindle-st-old-t3-login.service", `drop-${SECOND}`, "log-out", "record-1", "log-out-t3", "record-1-t3"],
      ...[`disclaim-${SECOND}`, "unmark"],
    ]);
    expect(steps(found, "storage:st_old").at(-1)?.command.argv[5]).toBe(
      ["panel pa_1", ...wide.targets.map((target) => `target ${target}`), `wwid ${SECOND}`].join("\n"),
    );
  });

  it("a further target of a storage that the node has is no leftover", () => {
    const wide = networkLvmConfig.parse({ ...config, targets: [{ portals: "10.0.0.1", target: GONE }] });
    const kept = [{ storageId: "st_1", config: wide, identity }];
    expect(leftovers.view({ ...context, kept }, facts({ records: [record(TARGET), record(GONE)] }))).toEqual([]);
  });

  it("units that log in to a target that only records speak of end first", () => {
    const text = `[Service]\nExecStart=-iscsiadm -m node -T ${GONE} -p 10.0.0.1:3260 --login`;
    const units = ["service", "timer"].map((kind) => ({ name: `spindle-st-1-t2-login.${kind}`, text }));
    const found = facts({ records: [record(TARGET), record(GONE)], units });
    expect(stepIds(found, `target:${GONE}`)).toEqual([
      ...["relogin", "file-spindle-st-1-t2-login.service", "file-spindle-st-1-t2-login.timer", "log-out", "record-1"],
    ]);
  });

  it("what is asked for and is not left is not cleared", () => {
    for (const id of ["storage:st_1", `target:${TARGET}`, `map:LVM-${PLAIN}${LV}`, ""])
      expect(steps(facts(), id)).toEqual([]);
  });

  it("has scripts that a shell understands, and sentences", () => {
    const found = facts({ marks: [own, old], maps: [map("net0-b", LOST)], records: [record(GONE)] });
    for (const { id, text } of leftovers.view(context, found)) {
      const all = steps(found, id);
      for (const { key } of [text, ...all.flatMap(textsOf)]) expect(hasSentence(key), key).toBe(true);
      for (const command of all.flatMap(commandsOf)) expect(shellComplaint(command)).toBe("");
    }
  });
});

describe("before sessions of a target end that nobody seems to need", () => {
  onFakeNode();
  const proof = (note: string, by = "st_2") => {
    const found = facts({ marks: [own, old], records: [record(TARGET), record(GONE)] });
    const step = steps(found, "storage:st_old").find(({ id }) => id === "log-out");
    const [, , script = "", , ...words] = step?.precondition?.command.argv ?? [];
    file(`marks/${by}`, `panel pa_1\ntarget ${note}`);
    return sh(script, ...words.with(0, join(folder, "marks"))).status;
  };

  it.each([
    ["another storage has noted it since", GONE, "st_2", false],
    ["another storage has noted another target", `${GONE}.2`, "st_2", true],
    ["nobody but the storage that is gone has", GONE, "st_old", true],
  ])("%s", (_what, note, by, isProven) => {
    expect(proof(note, by) === 0).toBe(isProven);
  });
});

describe("before a map of an LV that is gone is removed", () => {
  onFakeNode();
  const proof = (lvs: string) => {
    const [step] = steps(facts({ maps: [map("net0-b", LOST)] }), `map:LVM-${PLAIN}${LOST}`);
    const [, , script = "", , ...words] = step?.precondition?.command.argv ?? [];
    program("dmsetup", `echo 'LVM-${PLAIN}${LOST} 0'`);
    program("vgs", "echo '  net0'");
    program("lvs", lvs);
    return sh(script, ...words).status;
  };
  const dashed = (uuid: string) => [uuid.slice(0, 6), uuid.slice(6, 26), uuid.slice(26)].join("-");

  it.each([
    ["has it not", `echo '  ${dashed(LV)}'`, true],
    ["has none", "true", true],
    ["has it", `printf '  %s\\n' ${dashed(LV)} ${dashed(LOST)}`, false],
    ["does not say which it has", "echo 'Input/output error' >&2; exit 5", false],
  ])("its group %s", (_what, lvs, isProven) => {
    expect(proof(lvs) === 0).toBe(isProven);
  });
});

describe("what a node says of it", () => {
  const section = (title: string, body: string) => `\u001e${title}\u001f${body}\n`;
  const answer = (marks: string) =>
    section("marks", marks) +
    section("records", `${TARGET} 10.0.0.1,3260,1\n${TARGET} 10.0.0.1,3260,1\n${TARGET} fe80::1,3261\nx y`) +
    section("sessions", TARGET) +
    section("holders", `${WWID} net0-a`) +
    section("maps", `LVM-${PLAIN}${LV} net0-a 1\nmpath-${WWID} mpatha 1`) +
    section("drop-in:spindle-st_1.conf", "multipaths {\n}") +
    section("unit:spindle-st-1-login.timer", "[Timer]") +
    section("end", "");

  it("is read; notes of another panel, or half ones, are none of ours", () => {
    const marks = [
      ...[
        "st_1 panel pa_1",
        `st_1 target ${TARGET}`,
        `st_1 target ${GONE}`,
        `st_1 wwid ${WWID}`,
        `st_1 wwid ${SECOND}`,
        "st_1 wwid ../x",
      ],
      ...["st_2 panel pa_2", `st_2 target ${TARGET}`, "st_3 panel pa_1", `../x panel pa_1`],
    ];
    expect(readLeftovers(answer(marks.join("\n")), "pa_1")).toEqual({
      marks: [{ storageId: "st_1", targets: [TARGET, GONE], wwids: [WWID, SECOND] }],
      records: [
        { target: TARGET, address: "10.0.0.1", port: 3260 },
        { target: TARGET, address: "fe80::1", port: 3261 },
      ],
      sessions: [TARGET],
      holders: [{ wwid: WWID, name: "net0-a" }],
      maps: [{ name: "net0-a", uuid: `LVM-${PLAIN}${LV}`, isOpen: true }],
      dropIns: [{ name: "spindle-st_1.conf", text: "multipaths {\n}" }],
      units: [{ name: "spindle-st-1-login.timer", text: "[Timer]" }],
    });
  });

  it("an answer that is cut off is none", () => {
    expect(() => readLeftovers(section("marks", ""), "pa_1")).toThrow();
  });
});
