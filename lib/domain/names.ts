import { z } from "zod";

/**
 * What may be typed for names, paths, addresses and credentials. A refusal is a sentence of the catalogue that says
 * what is allowed. What passes here is safe as an argument of a command, in a tag, in a unit's name and on a page.
 */

const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._-]*[\p{L}\p{M}\p{N}])?$/u;

/** Names that only people read: letters of any script, digits, space, dot, dash, underscore; up to 64 characters. */
const label = (message: string) =>
  z.string(message).refine((value) => [...value].length <= 64 && LABEL.test(value) && !value.includes("  "), message);

export const clusterName = label("join.field.cluster-name");
export const storageName = label("join.field.storage-name");
export const nodeName = label("node.field.name");
export const driveLabel = label("drive.field.label");

const PATH_PART = "[A-Za-z0-9_][A-Za-z0-9._+-]{0,99}";
const PATH = new RegExp(`^(?:/${PATH_PART})+$`);

/** Directories of the system: neither they nor anything in them may hold drives, images or marks. */
const SYSTEM_TREES = [
  ...["/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/lost+found", "/proc", "/root", "/run"],
  ...[
    "/sbin",
    "/sys",
    "/tmp",
    "/usr",
    "/var/backups",
    "/var/cache",
    "/var/lib/apt",
    "/var/lib/dpkg",
    "/var/lib/spindle",
  ],
  ...["/var/lib/systemd", "/var/lock", "/var/log", "/var/mail", "/var/run", "/var/spool", "/var/tmp"],
];
/** Directories that hold other people's directories: what is in them may be used, they themselves may not. */
const SYSTEM_ROOTS = ["/home", "/media", "/mnt", "/opt", "/snap", "/srv", "/var", "/var/lib", "/var/lib/libvirt"];

/** Whether `inner` is `outer` or lies in it. Both absolute and without dots. */
export function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer === "/" ? "/" : `${outer}/`);
}

/** An absolute path for drives or images: plain names only, outside of the system's own directories. */
export const directoryPath = z
  .string("join.field.directory")
  .max(200, "join.field.directory")
  .regex(PATH, "join.field.directory")
  .refine((value) => !SYSTEM_TREES.some((tree) => isWithin(value, tree)), {
    error: "join.field.system-directory",
    abort: true,
  })
  .refine((value) => !SYSTEM_ROOTS.includes(value), "join.field.system-directory");

/** A volume group's name as LVM allows it. */
export const volumeGroupName = z
  .string("join.field.volume-group")
  .regex(/^[A-Za-z0-9_+.][A-Za-z0-9_+.-]{0,126}$/, "join.field.volume-group")
  .refine((value) => value !== "." && value !== "..", "join.field.volume-group");

const HOST_NAME =
  /^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
/** Digits and dots alone are an address or a typing error, never a name. */
const isHostName = (value: string) => HOST_NAME.test(value) && !/^[\d.]+$/.test(value);

const ipv4 = z.ipv4();
const ipv6 = z.ipv6();
const isAddress = (value: string) =>
  ipv4.safeParse(value).success || ipv6.safeParse(value.replace(/%[A-Za-z0-9._-]{1,15}$/, "")).success;

/** IPv4, IPv6 (with a zone for link-local ones) or a host name; without port or user. */
export const nodeAddress = z
  .string("join.field.address")
  .refine((value) => isAddress(value) || isHostName(value), "join.field.address");

export const sshPort = z
  .number("join.field.port")
  .int("join.field.port")
  .min(1, "join.field.port")
  .max(65535, "join.field.port");

export const userName = z.string("join.field.user").regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, "join.field.user");

/** Anything but line breaks and NUL: what SSH can carry and an input can hold. */
export const joinPassword = z
  .string("join.field.password")
  .min(1, "join.field.password")
  .max(1024, "join.field.password")
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  .regex(/^[^\u0000\r\n]+$/, "join.field.password");

/** A host name as a machine may report it: it becomes the node's name. */
export const reportedHostName = z.string().regex(HOST_NAME);
