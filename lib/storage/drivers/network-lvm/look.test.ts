import { describe, expect, it } from "vitest";
import type { Command } from "../../../domain/plan.ts";
import fixture from "../../lvm/metadata.fixture.json" with { type: "json" };
import { contentsOf, firstExtents } from "./contents.ts";
import { type Extent, lunsCommand, readCommand, readContents, readLuns, readTargets, targetsCommand } from "./look.ts";

/** Answers of tgt 1.0.85, as the look's script printed them. */
const LUNS = `lun 0001000000000000 67108864 512 00830048020100244945542020202020303030313030303100000000000000000000000000000000000000000103000830000001000000010103001060000000000000000e00000000010001 - IET|VIRTUAL-DISK|beaf11
lun 0002000000000000 0 0 - - IET|VIRTUAL-DISK|
lun 0003000000000000 1024 512 - 00000000000000ab,00000000000000ab,<b>,00000000000000cd some vendor|a model|
end
`;
const TARGETS = `target iqn.2026-01.lab.host:san1
portal 127.0.0.1:33260,1
target iqn.2026-01.lab.host:san2
target iqn.2026-01.lab.host:san1
end
`;
const PORTAL = { address: "10.0.0.1", port: 3260 };
const TARGET = "iqn.2026-01.lab.host:san1";

describe("what a target answers", () => {
  it("targets, each once", () => {
    expect(readTargets(TARGETS).found).toEqual(["iqn.2026-01.lab.host:san1", "iqn.2026-01.lab.host:san2"]);
  });

  it("LUNs of a known size, with their WWIDs", () => {
    expect(readLuns(LUNS).found).toEqual([
      {
        ...{ lun: "0001000000000000", wwid: "360000000000000000e00000000010001", size: 67_108_864 },
        keys: [],
        ...{ vendor: "IET", model: "VIRTUAL-DISK", serial: "beaf11" },
      },
      {
        ...{ lun: "0003000000000000", wwid: null, size: 1024, keys: ["00000000000000ab", "00000000000000cd"] },
        ...{ vendor: "some vendor", model: "a model", serial: "" },
      },
    ]);
  });

  it.each([
    ["error login 2 1\n", "auth"],
    ["error login 2 2\n", "auth"],
    ["error login 2 3\n", "no-target"],
    ["error login 3 1\n", "strange"],
    ["error refused Connection refused\n", "refused"],
    ["error silent\n", "silent"],
    ["error target-unproven\n", "target-unproven"],
    ["error <script>\n", "strange"],
    ["target iqn.2026-01.lab.host:san1\n", "strange"],
    ["", "strange"],
  ])("%j is no answer", (stdout, what) => {
    expect(readTargets(stdout)).toMatchObject({ found: null, problem: { what } });
  });
});

describe("a look's commands", () => {
  const signIn = { chapUser: "panel", reverseUser: "san", secrets: ["sc_1", "sc_2"] };
  const commands: Command[] = [
    targetsCommand(PORTAL),
    lunsCommand(PORTAL, TARGET, signIn),
    readCommand(PORTAL, TARGET, signIn, "0001000000000000", firstExtents(2 ** 30)),
  ];

  it("name secrets by their rows, for standard input alone", () => {
    for (const { argv } of commands) expect(argv.join(" ")).not.toMatch(/sc_\d/);
    expect(commands.map(({ stdin }) => stdin)).toEqual([
      "",
      [{ secret: "sc_1" }, { secret: "sc_2" }],
      [{ secret: "sc_1" }, { secret: "sc_2" }],
    ]);
  });

  it("read whole blocks of any size that a LUN may have", () => {
    for (const size of [1024 ** 2, 2 ** 30, 5 * 1024 ** 4])
      for (const { offset, length } of firstExtents(size)) expect([offset % 4096, length % 4096]).toEqual([0, 0]);
  });
});

/** A LUN of these bytes, read as the script reads it. */
function lun(size: number, parts: readonly [at: number, data: Buffer][]) {
  const disk = Buffer.alloc(Math.min(size, 3 * 1024 ** 2));
  const last = size - 1024 ** 2;
  for (const [at, data] of parts) data.copy(disk, at < last ? at : at - size + disk.length);
  const place = (offset: number) => (offset < last ? offset : offset - size + disk.length);
  const line = ({ offset, length, isBrief }: Extent) => {
    const data = disk.subarray(place(offset), place(offset) + length);
    if (isBrief) return `${data.some((byte) => byte !== 0) ? "used" : "zero"} ${offset} ${length}`;
    return `data ${offset} ${data.toString("hex")}`;
  };
  return async (extents: Extent[]) => {
    const { found } = readContents(`${extents.map(line).join("\n")}\nend\n`);
    if (!found) throw new Error("no answer");
    return found;
  };
}

const SIZE = 64 * 1024 ** 2;
async function on(parts: readonly [at: number, data: Buffer][]) {
  const more = lun(SIZE, parts);
  return contentsOf(SIZE, await more(firstExtents(SIZE)), more);
}

describe("what is on a LUN", () => {
  const HEAD = Buffer.from(fixture.head, "base64");
  const bytes = (text: string) => Buffer.from(text, "latin1");

  it("nothing", async () => {
    expect(await on([])).toEqual({ kind: "blank" });
  });

  it("a group, as it stands in its own metadata", async () => {
    const found = await on([[0, HEAD]]);
    expect(found).toMatchObject({ kind: "group", group: { name: "lvm0", host: "n1" } });
  });

  it("a PV of no group", async () => {
    const bare = Buffer.from(HEAD);
    bare.fill(0, 4096 + 40, 4096 + 64);
    expect(await on([[0, bare]])).toEqual({ kind: "pv", uuid: "XV21lI-UdxB-wbuD-500z-QEFC-xMOI-56NLzr" });
  });

  it.each([
    ["GPT", 512, "EFI PART"],
    ["LUKS", 0, "LUKS\xba\xbe"],
    ["ext2/3/4", 1080, "\x53\xef"],
    ["XFS", 0, "XFSB"],
    ["Btrfs", 65_600, "_BHRfS_M"],
    ["MBR", 510, "\x55\xaa"],
  ])("%s", async (name, at, magic) => {
    expect(await on([[at, bytes(magic)]])).toEqual({ kind: "signature", name });
  });

  it.each([0, 200_000, SIZE - 4096, SIZE - 1])("something at byte %d", async (at) => {
    expect(await on([[at, bytes("x")]])).toEqual({ kind: "data" });
  });
});
