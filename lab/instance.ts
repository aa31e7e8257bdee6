import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readJson, readText, writeJson } from "./files.ts";
import { withLock } from "./lock.ts";
import { checkName, checkPath, labDir, subnetsDir } from "./paths.ts";
import { run } from "./run.ts";

/** One lab of its own: name, folder, network and credentials. Kept in `instance.json`, readable by root only. */
export type Instance = {
  name: string;
  dir: string;
  /** The x of 10.77.x.0/24; the host has .1, nodes .11 and up. */
  subnet: number;
  rootPassword: string;
};

/** Port of the nodes' package repository on the bridge's address. */
export const repositoryPort = 8077;

export const hostAddress = (instance: Instance) => `10.77.${instance.subnet}.1`;
export const bridgeName = (instance: Instance) => `spl${instance.subnet}`;
export const keyFile = (instance: Instance) => join(instance.dir, "id_lab");
export const nodeDir = (instance: Instance, node: string) => join(instance.dir, "nodes", node);

/** Opens the instance, or makes it with a subnet, an SSH key and a root password of its own. */
export async function openInstance(name: string, dir?: string): Promise<Instance> {
  const folder = checkPath(dir ?? join(labDir(), checkName("instance", name)));
  const file = join(folder, "instance.json");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  return withLock(`instance-file ${folder}`, async () => {
    const known = await readJson<Instance>(file);
    if (known && (await subnetOwner(known.subnet)) === folder) return { ...known, dir: folder };
    const instance: Instance = {
      name,
      dir: folder,
      subnet: await claimSubnet(folder, known?.subnet),
      rootPassword: known?.rootPassword ?? randomBytes(12).toString("base64url"),
    };
    if (!existsSync(keyFile(instance)))
      await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "spindle-lab", "-f", keyFile(instance)]);
    await writeJson(file, instance);
    return instance;
  });
}

/**
 * Reserves a /24 for the folder, machine-wide: `wished` when it is free, since scenes hold addresses, else the first free one.
 * A claim ends with its instance's folder. A subnet that the machine already has an address in is left alone.
 */
async function claimSubnet(folder: string, wished?: number): Promise<number> {
  await mkdir(subnetsDir, { recursive: true, mode: 0o755 });
  return withLock("subnets", async () => {
    const links = await run(["ip", "-o", "-4", "addr", "show"]);
    const candidates = [...(wished ? [wished] : []), ...Array.from({ length: 254 }, (_, index) => index + 1)];
    for (const subnet of candidates) {
      const owner = await subnetOwner(subnet);
      if (owner && owner !== folder && existsSync(join(owner, "instance.json"))) continue;
      if (links.includes(` 10.77.${subnet}.`)) continue;
      await writeFile(join(subnetsDir, String(subnet)), folder);
      return subnet;
    }
    throw new Error("no free subnet in 10.77.0.0/16");
  });
}

async function subnetOwner(subnet: number): Promise<string | undefined> {
  return (await readText(join(subnetsDir, String(subnet))))?.trim();
}

/** Forgets the instance with its disks and scenes. Its nodes have to be down. */
export async function removeInstance(instance: Instance): Promise<void> {
  await rm(instance.dir, { recursive: true, force: true });
  await withLock("subnets", async () => {
    if ((await subnetOwner(instance.subnet)) === instance.dir)
      await rm(join(subnetsDir, String(instance.subnet)), { force: true });
  });
}

/** Names of the instances below the lab's folder. */
export async function listInstances(): Promise<string[]> {
  if (!existsSync(labDir())) return [];
  const entries = await readdir(labDir());
  return entries.filter((name) => existsSync(join(labDir(), name, "instance.json"))).sort();
}
