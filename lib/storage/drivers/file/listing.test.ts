import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MAX_BLOCK_BYTES, ProbeReader } from "../../../live/probe/lines.ts";
import { probeFile } from "./probe.ts";
import { readFileVolumes } from "./volumes.ts";

const owner = { panelId: "pa_1234567890123456", storageId: "st_1234567890123456" };
const GIB = 1024 ** 3;

let folder: string;
let dir: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spindle-listing-"));
  dir = join(folder, "vm");
  mkdirSync(dir);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The first bytes of a Qcow2 image of this virtual size. */
function head(size: number, version = 3): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32BE(0x514649fb, 0);
  bytes.writeUInt32BE(version, 4);
  bytes.writeBigUInt64BE(BigInt(size), 24);
  return bytes;
}

const put = (name: string, content: string | Buffer = "") => writeFileSync(join(dir, name), content);

function putDrive(id: string, label: string, size: number): void {
  put(`${id}.qcow2`, head(size));
  const mark = { panel: owner.panelId, storage: owner.storageId, drive: id, epoch: 1, label, size };
  put(`${id}.json`, `${JSON.stringify({ ...mark, format: "qcow2", owner: null })}\n`);
}

/** What the check's own function prints of the directory, in a shell of this machine. */
function list(): string[] {
  const { script } = probeFile({ vmDir: dir }, { imageDir: "/image", shareDir: "/share" });
  const run = 'export LC_ALL=C; own=$1/own; cd -- "$2" && volumes_file "$2"';
  const { stdout, stderr } = spawnSync("sh", ["-c", `${script}\n${run}`, "sh", folder, dir], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 ** 2,
  });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

describe("a File storage is listed @S03 @B03", () => {
  it("file by file: drives with their marks, sizes from the heads, and whatever else lies there", () => {
    putDrive("dr_1", "web 1", 5 * GIB);
    put("old.qcow2", head(GIB, 2));
    put("half.qcow2", head(GIB).subarray(0, 20));
    put("raw.qcow2", Buffer.alloc(4096));
    put("with a blank.qcow2", head(2 * GIB));
    put("a=b.json", "{}\n");
    put("dr_9.json", '{"label":"gone"}\n');
    put("huge.json", "x".repeat(100_000));
    put("empty.json");
    put(".hidden.qcow2", head(GIB));
    put("dr_2.qcow2.new", head(GIB));
    symlinkSync("old.qcow2", join(dir, "link.qcow2"));
    const volumes = readFileVolumes(list(), owner);
    const told = volumes?.map(({ name, drive, label, size }) => [name, drive, label, size]);
    expect(told?.toSorted()).toEqual(
      [
        ["dr_1.qcow2", "dr_1", "web 1", 5 * GIB],
        ["old.qcow2", null, null, GIB],
        ["half.qcow2", null, null, null],
        ["raw.qcow2", null, null, null],
        ["with a blank.qcow2", null, null, 2 * GIB],
        ["a=b.json", null, null, null],
        ["dr_9.json", null, null, null],
        ["huge.json", null, null, null],
        ["empty.json", null, null, null],
      ].toSorted(),
    );
    expect(volumes?.every(({ isOpen, isActive }) => !isOpen && isActive === null)).toBe(true);
  });

  it("an empty directory is a whole list of nothing", () => {
    expect(readFileVolumes(list(), owner)).toEqual([]);
  });

  it("with ten thousand drives, long labels included, as one block of the probe that is not cut off", () => {
    const COUNT = 10_000;
    const label = (number: number) => `a label as long as labels get, number ${number} `.padEnd(64, "x");
    for (let number = 1; number <= COUNT; number += 1)
      putDrive(`dr_${String(number).padStart(16, "0")}`, label(number), number * GIB);
    truncateSync(join(dir, "dr_0000000000000001.qcow2"), 64 * 1024 ** 2);
    const lines = list();
    expect(lines).toHaveLength(COUNT + 1);
    expect(lines.join("\n").length).toBeLessThan(MAX_BLOCK_BYTES);
    const reader = new ProbeReader(() => true);
    const block = ["b st_1 n1", ...lines, "r n1", "", "e st_1 n1 0 1.00 2.00"];
    const message = block.map((line) => reader.read(line)).at(-1);
    const volumes = message?.type === "check" ? readFileVolumes(message.lines, owner) : null;
    expect(volumes).toHaveLength(COUNT);
    const byDrive = new Map(volumes?.map((volume) => [volume.drive, volume]));
    expect(byDrive.size).toBe(COUNT);
    for (const number of [1, 4_999, COUNT])
      expect(byDrive.get(`dr_${String(number).padStart(16, "0")}`)).toMatchObject({
        ...{ label: label(number), size: number * GIB },
      });
  }, 120_000);
});
