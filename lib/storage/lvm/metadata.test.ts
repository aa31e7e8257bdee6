import { describe, expect, it } from "vitest";
import fixture from "./metadata.fixture.json" with { type: "json" };
import { metadataPieces, readMetadata, readPvLabel } from "./metadata.ts";

const HEAD = Buffer.from(fixture.head, "base64");
const AREA = { offset: 4096, size: 17_821_696 };

/** The text as the pieces of a ring give it. */
function textOf(head: Buffer, pieces: { offset: number; length: number }[]): string {
  return Buffer.concat(pieces.map(({ offset, length }) => head.subarray(offset, offset + length))).toString("utf8");
}

describe("the label of a PV", () => {
  it("says its UUID and where its metadata is", () => {
    expect(readPvLabel(HEAD)).toEqual({ uuid: "XV21lI-UdxB-wbuD-500z-QEFC-xMOI-56NLzr", area: AREA });
  });

  it.each([
    ["zeros", Buffer.alloc(4096)],
    ["nothing", Buffer.alloc(0)],
    ["a label of something else", Buffer.concat([Buffer.alloc(512), Buffer.from("LABELONE"), Buffer.alloc(600)])],
  ])("is not there in %s", (_what, head) => {
    expect(readPvLabel(head)).toBeNull();
  });
});

describe("the metadata of a group", () => {
  const pieces = metadataPieces(HEAD.subarray(AREA.offset), AREA) ?? [];

  it("is found, and read", () => {
    expect(pieces).toEqual([{ offset: 5632, length: 1346 }]);
    expect(readMetadata(textOf(HEAD, pieces).replaceAll("\0", ""))).toEqual({
      name: "lvm0",
      uuid: "k1c2RN-Hpcf-fIPN-CTTL-7bIh-hz0e-8Qm4nI",
      tags: [
        "spindle.panel=pa_cyh6av0cxz8far1f",
        "spindle.cluster=cl_mc4hc3tfcrqj359z",
        "spindle.storage=st_y5c7mvq6d633sbg7",
        "spindle.epoch=1",
      ],
      pvUuids: ["XV21lI-UdxB-wbuD-500z-QEFC-xMOI-56NLzr", "5ZTYKZ-fufu-VcF0-80Cu-FYeR-MbPw-qzd2co"],
      volumes: [],
      systemId: "",
      lockType: "",
      host: "n1",
      writtenAt: "2026-11-28T11:47:08.000Z",
    });
  });

  it("goes on at the ring's begin where it does not fit before its end", () => {
    const head = Buffer.from(HEAD.subarray(AREA.offset));
    head.writeBigUInt64LE(BigInt(AREA.size - 100), 40);
    expect(metadataPieces(head, AREA)).toEqual([
      { offset: AREA.offset + AREA.size - 100, length: 100 },
      { offset: AREA.offset + 512, length: 1246 },
    ]);
  });

  it.each([
    ["an area that was never written", Buffer.alloc(512)],
    ["no text", edited((head) => head.writeBigUInt64LE(0n, 48))],
  ])("is not there in %s", (_what, head) => {
    expect(metadataPieces(head, AREA)).toBeNull();
  });

  it.each([
    ["begins in the head", edited((head) => head.writeBigUInt64LE(8n, 40))],
    ["begins behind its area's end", edited((head) => head.writeBigUInt64LE(BigInt(AREA.size), 40))],
    ["is larger than any", edited((head) => head.writeBigUInt64LE(2n ** 40n, 48))],
  ])("that %s is not taken for none", (_what, head) => {
    expect(() => metadataPieces(head, AREA)).toThrow(/LVM's metadata/);
  });

  it("names LVs with their tags, and who shares it", () => {
    const text = `vg-1 {
id = "A"
lock_type = "sanlock"
system_id = "box"
physical_volumes { pv0 { id = "P" dev_size = 10 } }
logical_volumes { dr_1 { id = "L" tags = ["spindle.drive=dr_1", "a\\"b"] segment1 { stripes = [ "pv0", 0 ] } } root { id = "M" } }
}
# made by hand
creation_host = "h"
creation_time = 0`;
    expect(readMetadata(text)).toMatchObject({
      ...{ name: "vg-1", uuid: "A", lockType: "sanlock", systemId: "box", pvUuids: ["P"], host: "h", writtenAt: "" },
      volumes: [
        { name: "dr_1", tags: ["spindle.drive=dr_1", 'a"b'] },
        { name: "root", tags: [] },
      ],
    });
  });

  it.each(["", "vg {", "vg { id = ", "vg ; x", "a = 1", `${"x { ".repeat(50)}${"} ".repeat(50)}`, "vg { a = [1 2"])(
    "is refused where it is none: %s",
    (text) => {
      expect(() => readMetadata(text)).toThrow(/LVM's metadata/);
    },
  );
});

function edited(change: (head: Buffer) => void): Buffer {
  const head = Buffer.from(HEAD.subarray(AREA.offset));
  change(head);
  return head;
}
