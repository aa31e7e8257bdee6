import { copyFile, link, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, sourceDir } from "../paths.ts";
import { run } from "../run.ts";
import { type Progress, cached, inputsHash, removeTree } from "./cache.ts";
import { debianSources, packageList, privateApt } from "./debian.ts";

/**
 * Runs a step of a build in namespaces of its own that end with this process, however that ends:
 * neither its mounts nor its children are left to meddle with the next build.
 */
export const isolated = [
  ...["setpriv", "--pdeathsig", "KILL"],
  ...["unshare", "--mount", "--propagation", "private", "--pid", "--kill-child=KILL"],
] as const;

const lists = ["packages-plain.txt", "packages-ready.txt", "packages-repository.txt"];

/** Folder with `zfs-modules-KERNEL_VERSION_amd64.deb`, compiled once for each kernel. About four minutes of one build. */
export async function ensureZfs(kernel: string, progress: Progress): Promise<string> {
  const hash = await inputsHash(["zfs-deb.sh"], [kernel]);
  return cached(`zfs-${hash}`, progress, async (dir) => {
    progress(`zfs: compiling the modules for ${kernel}`);
    const work = join(dir, "work");
    await mkdir(work);
    await writeFile(join(work, "sources.list"), await debianSources());
    await run([...isolated, "sh", join(sourceDir, "image/zfs-deb.sh"), work, kernel, join(work, "sources.list"), dir], {
      timeoutMs: 3_600_000,
      logFile: join(cacheDir(), `zfs-${hash}.log`),
    });
    await removeTree(work);
    progress("zfs: modules packed");
  });
}

/** Folder with every Debian package that the images are made of and that a node may ask for, with an index: an apt repository. */
export async function ensurePool(kernel: string, progress: Progress): Promise<string> {
  const hash = await inputsHash(lists, [kernel]);
  return cached(`pool-${hash}`, progress, async (dir) => {
    progress("packages: resolving and downloading");
    const apt = join(dir, "apt");
    for (const folder of ["state/lists/partial", "cache", "archives/partial"])
      await mkdir(join(apt, folder), { recursive: true });
    await writeFile(join(apt, "sources.list"), await debianSources());
    await writeFile(join(apt, "status"), "");
    const names = new Set<string>();
    for (const list of lists) for (const name of await packageList(join(sourceDir, "image", list))) names.add(name);
    const logFile = join(cacheDir(), `pool-${hash}.log`);
    await run([...isolated, ...privateApt(apt), "update"], { timeoutMs: 300_000, logFile });
    // What every Debian has comes by its priority; apt itself is not essential, and the images need it.
    const wanted = ["?essential", "?priority(required)", "apt", `linux-image-${kernel}`, ...names];
    await run([...isolated, ...privateApt(apt), "install", "-y", "--download-only", ...wanted], {
      timeoutMs: 1_800_000,
      logFile,
    });
    for (const file of await readdir(join(apt, "archives")))
      if (file.endsWith(".deb")) await link(join(apt, "archives", file), join(dir, file));
    await rm(apt, { recursive: true });
    await indexRepository(dir);
    progress("packages: downloaded");
  });
}

/** The nodes' repository: the pool and the ZFS modules under one index. Served on the bridge as it is. */
export async function ensureRepository(kernel: string, progress: Progress): Promise<string> {
  const hash = await inputsHash([...lists, "zfs-deb.sh"], [kernel]);
  return cached(`repository-${hash}`, progress, async (dir) => {
    const [pool, zfs] = await Promise.all([ensurePool(kernel, progress), ensureZfs(kernel, progress)]);
    for (const from of [pool, zfs])
      for (const file of await readdir(from))
        if (file.endsWith(".deb")) await linkOrCopy(join(from, file), join(dir, file));
    await indexRepository(dir);
    progress("repository: indexed");
  });
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    await copyFile(from, to);
  }
}

async function indexRepository(dir: string): Promise<void> {
  const packages = await run(["apt-ftparchive", "packages", "."], { cwd: dir, timeoutMs: 300_000 });
  await writeFile(join(dir, "Packages"), packages);
  await run(["gzip", "-9nkf", "Packages"], { cwd: dir });
  const release = await run(["apt-ftparchive", "-o", "APT::FTPArchive::Release::Codename=bookworm", "release", "."], {
    cwd: dir,
  });
  await writeFile(join(dir, "Release"), release);
}
