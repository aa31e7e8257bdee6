/**
 * A LUN's WWID as multipath has it: the type of its designator (`3` registered by NAA, `2` by EUI-64), then its digits.
 * Designators that only a vendor's word makes unique (`1`, T10) are not taken: arrays that have no other give two LUNs one.
 */
export const WWID = /^(?:3[0-9a-f]{16}(?:[0-9a-f]{16})?|2[0-9a-f]{16}(?:[0-9a-f]{8}){0,2})$/;

const NAA = 3;
const EUI = 2;

/** The WWID in a device identification page (VPD 0x83): that of the LUN itself, the longest; null without one. */
export function wwidOf(page: Buffer): string | null {
  const found: string[] = [];
  const end = page.length < 4 ? 0 : Math.min(page.length, 4 + page.readUInt16BE(2));
  for (let at = 4; at + 4 <= end; at += 4 + (page[at + 3] ?? 0)) {
    const type = (page[at + 1] ?? 0) & 0x0f;
    const association = ((page[at + 1] ?? 0) >> 4) & 0x03;
    const isBinary = ((page[at] ?? 0) & 0x0f) === 1;
    const digits = page.toString("hex", at + 4, Math.min(end, at + 4 + (page[at + 3] ?? 0)));
    if (association === 0 && isBinary && (type === NAA || type === EUI)) found.push(`${type}${digits}`);
  }
  const good = found.filter((wwid) => WWID.test(wwid));
  return good.toSorted((a, b) => Number(b[0]) - Number(a[0]) || b.length - a.length)[0] ?? null;
}

/** The same as sysfs writes it in `device/wwid`: `naa.…`, `eui.…`. */
export const kernelWwid = (wwid: string): string => `${wwid.startsWith("3") ? "naa" : "eui"}.${wwid.slice(1)}`;

/** The multipath device of a LUN: the one name that follows it on every node. */
export const lunLink = (wwid: string): string => `/dev/disk/by-id/dm-uuid-mpath-${wwid}`;

/** LVM opens multipath devices alone: by a PV's own link it could meet a single path, where multipath has lost one. */
export const onlyLuns = (wwids: readonly string[]): string[] => wwids.flatMap((wwid) => ["--devices", lunLink(wwid)]);
