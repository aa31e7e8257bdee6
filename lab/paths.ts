import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of this module's own files, with the build scripts below it. */
export const sourceDir = fileURLToPath(new URL(".", import.meta.url));

/** Where built images and the nodes' package repository are kept: `$SPINDLE_CACHE/lab`, by default /var/cache/spindle/lab. */
export function cacheDir(): string {
  return join(process.env.SPINDLE_CACHE ?? "/var/cache/spindle", "lab");
}

/** Where instances keep their disks and scenes: `$SPINDLE_LAB_DIR`, by default /var/lib/spindle-lab. */
export function labDir(): string {
  return process.env.SPINDLE_LAB_DIR ?? "/var/lib/spindle-lab";
}

/** The claims on subnets. One place for the whole machine, whatever the folders of the instances: addresses are the machine's. */
export const subnetsDir = "/var/lib/spindle-lab-subnets";

/** Sockets of one subnet's nodes; short, because a Unix socket's path ends at 107 bytes. */
export function runDir(subnet: number): string {
  return `/run/spindle-lab/${subnet}`;
}

/** Throws unless `value` is a plain name: lower-case letters, digits and dashes, at most `max` characters, starting with a letter. */
export function checkName(what: string, value: string, max = 32): string {
  if (!/^[a-z][a-z0-9-]*$/.test(value) || value.length > max)
    throw new Error(
      `${what} ${JSON.stringify(value)}: only a-z, 0-9 and dashes, a letter first, at most ${max} characters`,
    );
  return value;
}

/** Throws unless `path` can stand in QEMU's option lists, where commas and blanks have a meaning. */
export function checkPath(path: string): string {
  if (!/^\/[\w./@:+-]+$/.test(path))
    throw new Error(`the lab can't live in ${JSON.stringify(path)}: blanks and commas are not allowed`);
  return path;
}
