import { describe, expect, it } from "vitest";
import type { StorageCheck } from "../../domain/live.ts";
// What the check printed on a real node with each fault in force.
import fixture from "./probe.fixture.json" with { type: "json" };
import { probeLvm, readLvmCheck } from "./probe.ts";

const VG = "S8U9wx-3I0A-dc1g-Ee5o-UIgU-XeB7-5k2hvD";
const PVS = ["ACkSvn-1HPG-3HbK-tGIw-xn6H-nG2B-E9Vuic", "LTECEz-kitd-4oCN-S7VZ-WcbE-82DM-vkFw3G"];
const config = { vgName: "lvm0", wipe: false };
const owner = { panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 };
const dirs = { imageDir: "/image", shareDir: "/share" };
const identity = { vgUuid: VG, pvUuids: PVS.join(","), imageFs: "", shareFs: "" };
type Raw = { code: number | null; lines: string[]; durationMs: number };
const read = (raw: Raw, pinned = identity) => readLvmCheck(config, dirs, pinned, raw, owner);
const more = (...lines: string[]): Raw => ({ ...fixture.ok, lines: [...fixture.ok.lines, ...lines] });

describe("an LVM storage's check (S17)", () => {
  const table: [keyof typeof fixture, StorageCheck["outcome"], string | undefined][] = [
    ["ok", "ok", undefined],
    ["renamed", "failed", "live.lvm.renamed"],
    ["gone", "failed", "live.lvm.pvs-gone"],
    ["partial", "degraded", "live.lvm.partial"],
    ["imageMissing", "degraded", "live.dir.missing"],
  ];
  it.each(table)("%s", (name, outcome, reason) => {
    const check = read(fixture[name]);
    expect(check.outcome).toBe(outcome);
    expect(check.cause?.reason.key).toBe(reason);
  });

  it("shows both names of a renamed VG", () => {
    const { cause } = read(fixture.renamed);
    expect(cause?.reason.values).toEqual({ vg: "lvm0", found: "lvm0_away" });
    expect(cause?.expected).toBe(`lvm0 ${VG}`);
    expect(cause?.command).toContain(`--devices /dev/disk/by-id/lvm-pv-uuid-${PVS[0]}`);
  });

  it("a VG of that name with another UUID is not ours", () => {
    const other = { ...identity, vgUuid: "AAAAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAAAA" };
    const check = read(fixture.ok, other);
    expect(check).toMatchObject({
      outcome: "failed",
      cause: { reason: { key: "live.lvm.other-vg", values: { found: VG } } },
    });
    expect(check.figures).toBeUndefined();
  });

  it("an empty answer with exit code 0 is a loss: a gone disk looks like nothing", () => {
    const lines = [`look 0 /dev/disk/by-id/lvm-pv-uuid-${PVS[0]}`];
    expect(read({ code: 0, lines, durationMs: 9 })).toMatchObject({
      outcome: "failed",
      cause: { reason: { key: "live.lvm.vg-gone" } },
    });
  });

  it("names the missing PV", () => {
    expect(read(fixture.partial).cause?.reason.values).toMatchObject({ vg: "lvm0", count: 1 });
    const pvs = (read(fixture.partial).details?.pvs ?? []) as { isMissing: boolean }[];
    expect(pvs.filter((pv) => pv.isMissing)).toHaveLength(1);
  });

  it("maps onto a disk that is gone are shown with their cure, though the metadata looks well", () => {
    const check = read(more("map lvm0-one 0 8:0", "stale lvm0-one 8:0"));
    expect(check).toMatchObject({
      outcome: "degraded",
      cause: { reason: { key: "live.lvm.stale-maps" }, expected: "lvchange --refresh lvm0", output: "lvm0-one 8:0" },
    });
    expect(read(more("map lvm0-one 0 8:0")).outcome).toBe("ok");
  });

  it("data that can't be read is not back, though the metadata looks well", () => {
    const failed = PVS.map((uuid) => `read ${uuid} failed dd: error reading 'x': Input/output error`);
    const clean = { ...fixture.ok, lines: fixture.ok.lines.filter((line) => !line.startsWith("read ")) };
    expect(read({ ...clean, lines: [...clean.lines, ...failed] })).toMatchObject({ outcome: "failed" });
    expect(read({ ...clean, lines: [...clean.lines, failed[0] ?? ""] })).toMatchObject({
      outcome: "degraded",
      cause: { reason: { key: "live.lvm.unreadable" }, output: "dd: error reading 'x': Input/output error" },
    });
  });

  it("tells size, space and metadata in bytes", () => {
    const { figures, details } = read(fixture.ok);
    expect(figures).toEqual({ size: 12842958848, used: 0, allocated: 0, free: 12842958848 });
    expect(details?.vg).toMatchObject({
      extentSize: 4194304,
      extents: 3062,
      metadataSize: 17821696,
      metadataFree: 8908800,
    });
    expect(details?.pvs).toHaveLength(2);
  });

  it("a VG without a free extent is full, and well", () => {
    const lines = fixture.ok.lines.map((line) => line.replace('"vg_free_count":"3062"', '"vg_free_count":"0"'));
    expect(read({ ...fixture.ok, lines })).toMatchObject({ outcome: "ok", full: true });
  });

  it("slowness is not loss", () => {
    expect(read({ code: null, lines: [], durationMs: 40_000 }).outcome).toBe("late");
  });

  it.each(['vg {"vg_name":', "vg nonsense", "vg {}", 'vg {"vg_name":1,"vg_uuid":[]}', "look", "map", "stale", "read"])(
    "is not confused by %s",
    (line) => {
      expect(() => read(more(line))).not.toThrow();
    },
  );

  it("figures out of range are unknown", () => {
    const lines = fixture.ok.lines.map((line) => line.replace(/"vg_size":"\d+"/, `"vg_size":"1${"0".repeat(30)}"`));
    expect(read({ ...fixture.ok, lines }).figures).toMatchObject({ size: null, used: null, free: 12842958848 });
  });

  it("asks for the VG by what maps call it as well", () => {
    expect(probeLvm(config, dirs, identity).args).toEqual([
      "lvm0",
      VG,
      PVS.join(","),
      VG.replaceAll("-", ""),
      "/image",
      "/share",
    ]);
  });
});

describe("the volumes of a group @S17 @B03", () => {
  const lv = (name: string, uuid: string, tags: string) =>
    `{"lv_name":"${name}", "lv_uuid":"${uuid}", "lv_size":"16777216", "lv_tags":"${tags}", "lv_health_status":""},`;
  const own = "spindle.panel=pa_1,spindle.storage=st_1";
  const lines = [
    "map lvm0-dr_1 1 8:0 AAAAAAbbbb",
    "mapped",
    lv("dr_1", "AAAAAA-bbbb", `${own},spindle.drive=dr_1,spindle.label=web:201`),
    lv("dr_2", "CCCCCC-dddd", `${own},spindle.drive=dr_2,spindle.blank-from=0`),
    lv("dr_3", "EEEEEE-ffff", `spindle.panel=pa_2,spindle.storage=st_1,spindle.drive=dr_3`),
    lv("dr_4.wiping", "KKKKKK-llll", `${own},spindle.drive=dr_4,spindle.wipe=begun`),
    lv("dr_5.wiping", "MMMMMM-nnnn", ""),
    lv("copy", "GGGGGG-hhhh", `${own},spindle.drive=dr_1`),
    lv("root", "IIIIII-jjjj", ""),
    "listed",
  ];

  it("are ours by every mark and their name, active and open by the kernel's maps", () => {
    const { volumes } = read(more(...lines));
    expect(
      volumes?.map(({ name, drive, isActive, isOpen, isBlanking }) => [name, drive, isActive, isOpen, isBlanking]),
    ).toEqual([
      ["dr_1", "dr_1", true, true, false],
      ["dr_2", "dr_2", false, false, true],
      ["dr_3", null, false, false, false],
      ["dr_4.wiping", "dr_4", false, false, false],
      ["dr_5.wiping", null, false, false, false],
      ["copy", null, false, false, false],
      ["root", null, false, false, false],
    ]);
    expect(volumes?.[0]).toMatchObject({ label: "web 1", size: 16777216, used: 16777216 });
    expect(volumes?.filter(({ isWiping }) => isWiping).map(({ name }) => name)).toEqual(["dr_4.wiping"]);
  });

  it("a list that was cut off is none, and use is unknown where maps were not read", () => {
    expect(read(more(...lines.slice(0, -1))).volumes).toBeUndefined();
    expect(read(more(...lines.filter((line) => line !== "mapped"))).volumes?.[0]).toMatchObject({
      isOpen: null,
      isActive: null,
    });
  });
});

it("ten thousand lines of LVs and maps are read each for itself @S17", () => {
  const COUNT = 5_000;
  const uuid = (number: number) => `uuid-${String(number).padStart(6, "0")}`;
  const mark = (id: string) => `spindle.panel=pa_1,spindle.storage=st_1,spindle.drive=${id},spindle.label=n`;
  const lines = Array.from({ length: COUNT }, (_, index) => index + 1).flatMap((number) => {
    const id = `dr_${number}`;
    const row = { lv_name: id, lv_uuid: uuid(number), lv_size: String(number * 4096), lv_tags: mark(id) };
    const map = `map lvm0-${id} ${number % 2} 8:${number} ${uuid(number).replaceAll("-", "")}`;
    const stale = number % 100 === 0 ? [`stale lvm0-${id} 8:${number}`] : [];
    return [JSON.stringify({ ...row, lv_health_status: "" }), map, ...stale];
  });
  const empty = fixture.ok.lines.filter((line) => !/^\s*{"lv_name"|^(map|mapped|listed|stale)\b/.test(line));
  const check = read({ ...fixture.ok, lines: [...empty, ...lines, "listed", "mapped"] });
  expect(check.volumes).toHaveLength(COUNT);
  const isRight = check.volumes?.every(
    ({ name, drive, size, isActive, isOpen }, index) =>
      name === `dr_${index + 1}` &&
      drive === name &&
      size === (index + 1) * 4096 &&
      isActive &&
      isOpen === index % 2 < 1,
  );
  expect(isRight).toBe(true);
  expect(check.details?.staleMaps).toHaveLength(COUNT / 100);
});
