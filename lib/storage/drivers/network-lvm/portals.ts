import { z } from "zod";
import { nodeAddress } from "../../../domain/names.ts";

/** Where a target is reached. */
export interface Portal {
  address: string;
  port: number;
}

export const ISCSI_PORT = 3260;
const MOST_PORTALS = 8;

/** `ADDRESS`, `ADDRESS:PORT`, `[IPv6]` or `[IPv6]:PORT`. */
function readPortal(text: string): Portal | null {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  const plain = bracketed ?? /^([^:]+)(?::(\d{1,5}))?$/.exec(text);
  const address = plain?.[1] ?? text;
  const port = Number(plain?.[2] ?? ISCSI_PORT);
  if (!nodeAddress.safeParse(address).success || address.includes("%") || port < 1 || port > 65_535) return null;
  return { address: address.toLowerCase(), port };
}

/** As it is typed and shown: the port only where it is another one than usual. */
export function portalText({ address, port }: Portal): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return port === ISCSI_PORT ? host : `${host}:${port}`;
}

/** As open-iscsi takes it in `-p`. */
export function portalArgument({ address, port }: Portal): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The portals that a field lists, apart by blanks or commas; null where one is none, stands twice, or they are too many. */
export function readPortals(text: string): Portal[] | null {
  const words = text.split(/[ ,]+/).filter((word) => word !== "");
  const portals = words.map(readPortal).filter((portal) => portal !== null);
  const isDistinct = new Set(portals.map(portalArgument)).size === words.length;
  return words.length > 0 && words.length <= MOST_PORTALS && isDistinct ? portals : null;
}

/** A field that lists portals; kept as it is shown. */
export const portalsField = z
  .string("network-lvm.field.portals")
  .max(2_000, "network-lvm.field.portals")
  .refine((text) => readPortals(text) !== null, "network-lvm.field.portals");
