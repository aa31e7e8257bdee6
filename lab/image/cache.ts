import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../lock.ts";
import { cacheDir, checkPath, sourceDir } from "../paths.ts";

/** Called with one line of plain text for each step of a build. */
export type Progress = (line: string) => void;

/** First 12 hex digits of a SHA-256 over the named files below lab/image and the extra values. */
export async function inputsHash(files: string[], values: string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of [...files].sort()) {
    hash
      .update(`${file}\0`)
      .update(await readFile(join(sourceDir, "image", file)))
      .update("\0");
  }
  for (const value of values) hash.update(`${value}\0`);
  return hash.digest("hex").slice(0, 12);
}

/**
 * The cache entry `name`: found, or made by `build` in an empty folder beside it, which takes the name only when all of it is on the disk.
 * Two builders of one entry wait for each other; what an interrupted one left is removed by the next. Returns the entry's folder.
 */
export function cached(name: string, progress: Progress, build: (dir: string) => Promise<void>): Promise<string> {
  const known = underWay.get(name);
  if (known) return known;
  const result = findOrBuild(name, progress, build).finally(() => underWay.delete(name));
  underWay.set(name, result);
  return result;
}

/** The entries that this process is making: both images ask for one repository. */
const underWay = new Map<string, Promise<string>>();

async function findOrBuild(name: string, progress: Progress, build: (dir: string) => Promise<void>): Promise<string> {
  const dir = checkPath(join(cacheDir(), name));
  if (existsSync(dir)) return dir;
  await mkdir(cacheDir(), { recursive: true });
  return withLock(
    dir,
    async () => {
      if (existsSync(dir)) return dir;
      const temporary = `${dir}.part`;
      await removeTree(temporary);
      await mkdir(temporary);
      await build(temporary);
      await syncTree(temporary);
      await rename(temporary, dir);
      await syncPath(cacheDir());
      return dir;
    },
    { timeoutMs: 3_600_000, onWait: (holder) => progress(`${name}: waiting for ${holder}, which builds it`) },
  );
}

/** Removes a folder of a build with everything below it. Refuses while anything is mounted there: through a bind mount it would empty the machine. */
export async function removeTree(dir: string): Promise<void> {
  const mounts = (await readFile("/proc/self/mountinfo", "utf8")).split("\n").map((line) => line.split(" ")[4] ?? "");
  const held = mounts.filter((path) => path === dir || path.startsWith(`${dir}/`));
  if (held.length > 0) throw new Error(`${held.join(", ")} is mounted; unmount it, then build again`);
  await rm(dir, { recursive: true, force: true });
}

async function syncTree(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncPath(path);
  }
  await syncPath(dir);
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
