import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, sourceDir } from "../paths.ts";
import { run } from "../run.ts";
import { type Progress, cached, inputsHash, removeTree } from "./cache.ts";
import { kernelRelease, packageList, qemuVersion } from "./debian.ts";
import { ensurePool, ensureRepository, ensureZfs, isolated } from "./repository.ts";
import { warmUp } from "./warm.ts";

/** `ready` has what every storage needs; `plain` is a bare Debian whose apt reads the lab's repository. */
export type ImageKind = "ready" | "plain";

/** A built image. `disk` is raw and never written to; nodes get overlays on it. Paths are absolute. */
export type Image = {
  kind: ImageKind;
  dir: string;
  disk: string;
  kernel: string;
  initrd: string;
  release: string;
  repository: string;
};

const diskSize = "8G";
const inputs = [
  "packages-plain.txt",
  "packages-ready.txt",
  "packages-repository.txt",
  "tree.sh",
  "configure.sh",
  "initrd.sh",
  "warm.sh",
  "zfs-deb.sh",
  "files/lab-identity",
  "files/lab-identity.service",
  "files/lab-sshd.conf",
];

/** Finds the image in the cache or builds it. `progress` gets a line for each step. The image must be among the host's checks before. */
export async function ensureImage(kind: ImageKind, progress: Progress = () => {}): Promise<Image> {
  const release = await kernelRelease();
  const hash = await inputsHash(inputs, [release, await qemuVersion()]);
  const dir = await cached(`${kind}-${hash}`, progress, (folder) => build(kind, release, folder, progress));
  return {
    kind,
    dir,
    disk: join(dir, "root.raw"),
    kernel: join(dir, "vmlinuz"),
    initrd: join(dir, "initrd"),
    release,
    repository: (await readFile(join(dir, "repository"), "utf8")).trim(),
  };
}

/** Builds both images at once; trees and ZFS modules are made side by side. */
export async function ensureImages(kinds: readonly ImageKind[], progress: Progress = () => {}): Promise<Image[]> {
  return Promise.all(kinds.map((kind) => ensureImage(kind, progress)));
}

async function build(kind: ImageKind, release: string, dir: string, progress: Progress): Promise<void> {
  const logFile = join(cacheDir(), `${kind}.log`);
  await writeFile(logFile, "");
  const tree = join(dir, "tree");
  // Not awaited here, so that the compiler works beside the trees; a failure surfaces below.
  const repository = ensureRepository(release, progress);
  repository.catch(() => {});
  const pool = await ensurePool(release, progress);
  await makeTree(kind, release, pool, tree, logFile, progress);
  const initrd = join(dir, "initrd");
  await makeInitrd(release, pool, tree, dir, initrd, logFile);
  await copyFile(join(tree, `boot/vmlinuz-${release}`), join(dir, "vmlinuz"));
  const repositoryDir = await repository;
  if (kind === "ready") await installZfs(release, tree, logFile, progress);
  progress(`${kind}: writing the disk`);
  const disk = join(dir, "root.raw");
  await run(
    [
      "mke2fs",
      "-q",
      "-t",
      "ext4",
      "-E",
      "lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0",
      "-L",
      "root",
      "-d",
      tree,
      disk,
      diskSize,
    ],
    { timeoutMs: 600_000, logFile },
  );
  await removeTree(tree);
  await writeFile(join(dir, "repository"), `${repositoryDir}\n`);
  await warmUp({ kind, dir, disk, kernel: join(dir, "vmlinuz"), initrd }, progress);
  progress(`${kind}: done`);
}

async function makeTree(
  kind: ImageKind,
  release: string,
  pool: string,
  tree: string,
  logFile: string,
  progress: Progress,
): Promise<void> {
  progress(`${kind}: installing packages`);
  const lists = kind === "ready" ? ["packages-plain.txt", "packages-ready.txt"] : ["packages-plain.txt"];
  const names = (await Promise.all(lists.map((list) => packageList(join(sourceDir, "image", list))))).flat();
  const include = [`linux-image-${release}`, ...names].join(",");
  await run([...isolated, "sh", join(sourceDir, "image/tree.sh"), tree, pool, include], {
    timeoutMs: 1_800_000,
    logFile,
  });
  await run(["sh", join(sourceDir, "image/configure.sh"), tree, join(sourceDir, "image/files")], { logFile });
}

async function installZfs(release: string, tree: string, logFile: string, progress: Progress): Promise<void> {
  const zfs = await ensureZfs(release, progress);
  const file = (await readdir(zfs)).find((name) => name.endsWith(".deb"));
  if (!file) throw new Error(`no package in ${zfs}`);
  await copyFile(join(zfs, file), join(tree, "root", file));
  await run(["chroot", tree, "dpkg", "-i", `/root/${file}`], { timeoutMs: 120_000, logFile });
  await rm(join(tree, "root", file));
}

async function makeInitrd(
  release: string,
  pool: string,
  tree: string,
  dir: string,
  initrd: string,
  logFile: string,
): Promise<void> {
  const file = (await readdir(pool)).find((name) => name.startsWith("busybox-static_"));
  if (!file) throw new Error(`no busybox-static in ${pool}`);
  const work = join(dir, "busybox");
  await mkdir(work);
  await run(["dpkg-deb", "-x", join(pool, file), work]);
  const busybox = [join(work, "bin/busybox"), join(work, "usr/bin/busybox")].find((path) => existsSync(path));
  if (!busybox) throw new Error("busybox-static holds no busybox");
  await run(["sh", join(sourceDir, "image/initrd.sh"), tree, release, busybox, join(dir, "initrd.work"), initrd], {
    logFile,
  });
  await rm(work, { recursive: true });
}
