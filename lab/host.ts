import { existsSync } from "node:fs";
import { open, readFile, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { debianSources, kernelRelease } from "./image/debian.ts";
import { cacheDir, labDir } from "./paths.ts";
import { run, tryRun } from "./run.ts";

/** One thing the host lacks: what, what it is for, and the command or step that provides it. */
export type Missing = { what: string; why: string; how: string };

/** Program, its Debian package, and what the lab does with it. */
const programs: readonly (readonly [program: string, pkg: string, why: string])[] = [
  ["qemu-system-x86_64", "qemu-system-x86", "runs the nodes"],
  ["qemu-img", "qemu-utils", "makes the nodes' disks"],
  ["mmdebstrap", "mmdebstrap", "installs the nodes' Debian"],
  ["apt-ftparchive", "apt-utils", "indexes the nodes' package repository"],
  ["cpio", "cpio", "packs the nodes' initrd"],
  ["mke2fs", "e2fsprogs", "makes the nodes' root file system"],
  ["ip", "iproute2", "makes the nodes' network"],
  ["ssh", "openssh-client", "logs in to nodes"],
  ["tgtd", "tgt", "serves LUNs to the nodes"],
  ["unshare", "util-linux", "keeps the build's mounts apart"],
  ["setpriv", "util-linux", "ends the build's steps with the build"],
];
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
const gib = 2 ** 30;
/** Images, repository and scratch space of a build; and some room for the nodes' overlays and states. */
const diskNeeded = { cache: 8 * gib, lab: 4 * gib };
const memoryNeeded = 4 * gib;

/** Looks whether this machine can run the lab, without changing anything. `missing` is empty when `ok`. */
export async function checkHost(): Promise<{ ok: boolean; missing: Missing[] }> {
  const missing: Missing[] = [];
  if (process.getuid?.() !== 0)
    missing.push({ what: "root", why: "bridges, taps and chroots need it", how: "run as root, or with sudo" });
  if (!(await canOpenTun()))
    missing.push({
      what: "/dev/net/tun",
      why: "connects the nodes",
      how: "load the tun module: modprobe tun; in a container, pass the device in",
    });
  const packages = await missingPackages();
  if (packages.length > 0) {
    const why = programs
      .filter(([, pkg]) => packages.includes(pkg))
      .map(([program, , reason]) => `${program} ${reason}`);
    missing.push({
      what: `packages ${packages.join(" ")}`,
      why: why.join(", ") || "verifies what the nodes' Debian is made of",
      how: `apt-get install --no-install-recommends -y ${packages.join(" ")}`,
    });
  }
  if (!(await knowsDebian()))
    missing.push({
      what: "apt's package lists",
      why: "tell which kernel and which Debian mirror the nodes get",
      how: "apt-get update",
    });
  missing.push(...(await missingSpace()), ...(await missingMemory()));
  return { ok: missing.length === 0, missing };
}

/** The Debian packages that the lab uses and this machine lacks. */
export async function missingPackages(): Promise<string[]> {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`.split(":");
  const packages = programs
    .filter(([program]) => !path.some((dir) => existsSync(`${dir}/${program}`)))
    .map(([, pkg]) => pkg);
  if (!existsSync(keyring)) packages.push("debian-archive-keyring");
  return packages;
}

/** Installs what missingPackages names, by apt-get as root. `progress` gets a line before it starts. Returns the packages. */
export async function installHostPackages(progress: (line: string) => void = () => {}): Promise<string[]> {
  if (!(await knowsDebian())) {
    progress("updating apt's package lists");
    await run(["apt-get", "update"], { timeoutMs: 300_000 });
  }
  const packages = await missingPackages();
  if (packages.length === 0) return packages;
  progress(`installing ${packages.join(" ")}`);
  const install = ["apt-get", "install", "--no-install-recommends", "-y", ...packages];
  const first = await tryRun(install, { timeoutMs: 900_000 });
  if (first.code === 0) return packages;
  // The lists may be missing or too old for what the mirror still has.
  await run(["apt-get", "update"], { timeoutMs: 300_000 });
  await run(install, { timeoutMs: 900_000 });
  return packages;
}

/** Images that are in the cache need the lists as well: the kernel's version is part of their names. */
async function knowsDebian(): Promise<boolean> {
  try {
    await Promise.all([kernelRelease(), debianSources()]);
    return true;
  } catch {
    // No lists, no apt, or another distribution's: the remedy is the same, its own error says the rest.
    return false;
  }
}

async function canOpenTun(): Promise<boolean> {
  try {
    await (await open("/dev/net/tun", "r+")).close();
    return true;
  } catch {
    // Absent, or not allowed: both are told as missing.
    return false;
  }
}

async function missingSpace(): Promise<Missing[]> {
  const missing: Missing[] = [];
  for (const [dir, needed] of [
    [cacheDir(), diskNeeded.cache],
    [labDir(), diskNeeded.lab],
  ] as const) {
    let place = dir;
    while (!existsSync(place)) place = dirname(place);
    const { bavail, bsize } = await statfs(place);
    // A full cache needs no room for a build any more.
    const wanted = dir === cacheDir() && existsSync(dir) ? gib : needed;
    if (bavail * bsize < wanted)
      missing.push({
        what: `${Math.ceil(wanted / gib)} GiB free below ${place}`,
        why: "holds the nodes' images and disks",
        how: "free some, or name other folders in SPINDLE_CACHE and SPINDLE_LAB_DIR",
      });
  }
  return missing;
}

async function missingMemory(): Promise<Missing[]> {
  const available = Number(/MemAvailable:\s+(\d+)/.exec(await readFile("/proc/meminfo", "utf8"))?.[1] ?? 0) * 1024;
  if (available >= memoryNeeded) return [];
  const has = (available / gib).toFixed(1);
  return [
    {
      what: `4 GiB of memory (${has} GiB available)`,
      why: "three nodes take 1 GiB each",
      how: "end other programs, or use a larger machine",
    },
  ];
}
