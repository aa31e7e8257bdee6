import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdir, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Instance, bridgeName } from "./instance.ts";
import { type Marked, endProcess, findMarked, signal } from "./processes.ts";
import { run, tryRun, waitFor } from "./run.ts";

/** A LUN asked for. */
export type LunSpec = { name: string; sizeMiB: number };

/** A target asked for; `mutual` proves itself to the nodes as well. */
export type TargetSpec = { name: string; luns: LunSpec[]; chap?: "one-way" | "mutual" };

export type Account = { user: string; password: string };

/** A target as it is kept. `tid` and a LUN's place count from 1 and make up its WWID. */
export type TargetRecord = {
  tid: number;
  iqn: string;
  luns: LunSpec[];
  /** What nodes sign in with, and what the target shows to them; null where it asks for nothing. */
  chap: Account | null;
  reverse: Account | null;
};

/** All that makes the SAN the same again, but for what is on its LUNs. */
export type SanRecord = { targets: TargetRecord[] };

/** Not the usual one: the machine may serve targets of its own there, on every address. */
export const sanPort = 3262;

/** Addresses of the two portals, on the bridge beside the host's own. */
export const portalAddresses = ({ subnet }: Instance) => [`10.77.${subnet}.2`, `10.77.${subnet}.3`] as const;

const sanDir = (instance: Instance) => join(instance.dir, "san");
const lunFile = (instance: Instance, target: TargetRecord, lun: LunSpec) =>
  join(sanDir(instance), `${target.tid}-${lun.name}.img`);

/** The name that multipath gives a LUN: tgtd makes it of the target's and the LUN's numbers. */
export function lunWwid(target: TargetRecord, name: string): string {
  const hex = (number: number) => number.toString(16).padStart(4, "0");
  return `360000000000000000e000000${hex(target.tid)}${hex(lunNumber(target, name))}`;
}

function lunNumber(target: TargetRecord, name: string): number {
  const at = target.luns.findIndex((lun) => lun.name === name);
  if (at < 0) throw new Error(`${target.iqn} has no LUN ${name}`);
  return at + 1;
}

/** What is kept of targets that are asked for, with secrets drawn for each. */
export function sanRecord(specs: readonly TargetSpec[]): SanRecord {
  const account = (user: string): Account => ({ user, password: randomBytes(9).toString("base64url") });
  const targets = specs.map(({ name, luns, chap }, index) => ({
    tid: index + 1,
    iqn: `iqn.2026-01.lab.spindle:${name}`,
    luns: luns.map((lun) => ({ ...lun })),
    chap: chap ? account(`${name}-in`) : null,
    reverse: chap === "mutual" ? account(`${name}-out`) : null,
  }));
  return { targets };
}

/** The instance's tgtd: one at the most, found by its portal. */
export function findSan(instance: Instance): Promise<Marked[]> {
  const portal = portalArgument(instance, 0);
  return findMarked((argv) => (argv[0] ?? "").endsWith("tgtd") && argv.includes(portal));
}

const portalArgument = (instance: Instance, at: 0 | 1) => `portal=${portalAddresses(instance)[at]}:${sanPort}`;

/** Asks the instance's tgtd: its control socket has the number of its subnet. */
export async function tgtadm(instance: Instance, ...words: string[]): Promise<string> {
  return run(["tgtadm", "-C", String(instance.subnet), "--lld", "iscsi", ...words]);
}

/** Puts both portals' addresses on the bridge. */
export async function addPortalAddresses(instance: Instance): Promise<void> {
  for (const address of portalAddresses(instance)) await addAddress(instance, address);
}

export async function addAddress(instance: Instance, address: string): Promise<void> {
  await run(["ip", "addr", "replace", `${address}/24`, "dev", bridgeName(instance)]);
}

/** Takes a portal's address away: whoever talks to it meets silence. */
export async function dropAddress(instance: Instance, address: string): Promise<void> {
  const { code, stderr } = await tryRun(["ip", "addr", "del", `${address}/24`, "dev", bridgeName(instance)]);
  // Gone already, in the words of two releases of iproute2.
  if (code !== 0 && !/Cannot assign|Address not found/.test(stderr))
    throw new Error(`ip addr del ${address}: ${stderr.trim()}`);
}

/** Makes the files of LUNs that have none yet, as large as they are to be. Sparse: they take what is written. */
async function makeFiles(instance: Instance, { targets }: SanRecord): Promise<void> {
  await mkdir(sanDir(instance), { recursive: true, mode: 0o700 });
  for (const target of targets)
    for (const lun of target.luns) {
      const file = lunFile(instance, target, lun);
      if (!existsSync(file)) await writeFile(file, "");
      if ((await stat(file)).size < lun.sizeMiB * 2 ** 20) await truncate(file, lun.sizeMiB * 2 ** 20);
    }
}

/** Shows a LUN of the target. tgtd wants an absolute path. */
export function showLun(instance: Instance, target: TargetRecord, lun: LunSpec): Promise<string> {
  const number = String(lunNumber(target, lun.name));
  const words = ["--mode", "logicalunit", "--op", "new", "--tid", String(target.tid), "--lun", number];
  return tgtadm(instance, ...words, "--bstype", "rdwr", "-b", lunFile(instance, target, lun));
}

/** Takes a LUN of the target away; its file stays. */
export function hideLun(instance: Instance, target: TargetRecord, lun: LunSpec): Promise<string> {
  const number = String(lunNumber(target, lun.name));
  return tgtadm(instance, "--mode", "logicalunit", "--op", "delete", "--tid", String(target.tid), "--lun", number);
}

/** Lets an account in to the target, or makes it what the target shows. */
export async function bindAccount(
  instance: Instance,
  { tid }: TargetRecord,
  { user, password }: Account,
  isOutgoing: boolean,
): Promise<void> {
  await tgtadm(instance, "--mode", "account", "--op", "new", "--user", user, "--password", password);
  const words = ["--mode", "account", "--op", "bind", "--tid", String(tid), "--user", user];
  await tgtadm(instance, ...words, ...(isOutgoing ? ["--outgoing"] : []));
}

export async function dropAccount(instance: Instance, { user }: Account): Promise<void> {
  await tgtadm(instance, "--mode", "account", "--op", "delete", "--user", user);
}

async function makeTarget(instance: Instance, target: TargetRecord): Promise<void> {
  const tid = String(target.tid);
  await tgtadm(instance, "--mode", "target", "--op", "new", "--tid", tid, "-T", target.iqn);
  for (const lun of target.luns) await showLun(instance, target, lun);
  if (target.chap) await bindAccount(instance, target, target.chap, false);
  if (target.reverse) await bindAccount(instance, target, target.reverse, true);
  const nodes = `10.77.${instance.subnet}.0/24`;
  await tgtadm(instance, "--mode", "target", "--op", "bind", "--tid", tid, "-I", nodes);
}

/** Starts the instance's SAN as it is recorded, in place of one that runs. The bridge must be there. */
export async function startSan(instance: Instance, record: SanRecord): Promise<void> {
  await stopSan(instance);
  await addPortalAddresses(instance);
  await makeFiles(instance, record);
  await startDaemon(instance);
  await tgtadm(instance, "--mode", "portal", "--op", "new", "--param", portalArgument(instance, 1));
  for (const target of record.targets) await makeTarget(instance, target);
}

async function startDaemon(instance: Instance): Promise<void> {
  const log = openSync(join(instance.dir, "san.log"), "a", 0o600);
  const argv = ["-f", "-C", String(instance.subnet), "--iscsi", portalArgument(instance, 0)];
  const child = spawn("tgtd", argv, { detached: true, cwd: "/", stdio: ["ignore", log, log] });
  closeSync(log);
  child.unref();
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  await waitFor("the SAN's control socket", 20_000, async () => {
    const show = ["tgtadm", "-C", String(instance.subnet), "--lld", "iscsi", "--mode", "portal", "--op", "show"];
    return (await tryRun(show)).stdout.includes(portalArgument(instance, 0).slice("portal=".length)) ? true : undefined;
  });
}

/** Ends the instance's SAN as a power cut would. What was written is on its LUNs. */
export async function stopSan(instance: Instance): Promise<void> {
  for (const process of await findSan(instance)) {
    // A frozen one ends as well.
    signal(process, "SIGCONT");
    await endProcess(process);
  }
}

/** Copies what is on the LUNs, holes as holes. The nodes stand still meanwhile, and nothing is on its way. */
async function copyLuns(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of existsSync(from) ? await readdir(from) : [])
    await run(["cp", "--sparse=always", "--reflink=auto", "--", join(from, name), join(to, name)], {
      timeoutMs: 600_000,
    });
}

/** Keeps what is on the LUNs in a scene's folder. */
export const saveLuns = (instance: Instance, sceneDir: string) => copyLuns(sanDir(instance), join(sceneDir, "san"));

/** Puts the LUNs back to what they held in the scene, and starts the SAN: nodes that are restored meet it as it was. */
export async function restoreSan(instance: Instance, sceneDir: string, record: SanRecord): Promise<void> {
  await stopSan(instance);
  await copyLuns(join(sceneDir, "san"), sanDir(instance));
  await startSan(instance, record);
}

/** Forgets the LUNs. The SAN has to be down. */
export async function removeLuns(instance: Instance): Promise<void> {
  await rm(sanDir(instance), { recursive: true, force: true });
}

/** Puts a file system on a LUN. No node may have it mounted. */
export async function formatLun(instance: Instance, target: TargetRecord, name: string): Promise<void> {
  const lun = target.luns.find((one) => one.name === name);
  if (!lun) throw new Error(`${target.iqn} has no LUN ${name}`);
  await run(["mkfs.ext4", "-q", "-F", lunFile(instance, target, lun)]);
}

/** Makes a LUN larger, as an array does: tgtd tells the nodes only when it shows the LUN anew, which takes milliseconds. */
export async function growLun(
  instance: Instance,
  target: TargetRecord,
  name: string,
  sizeMiB: number,
): Promise<TargetRecord> {
  const lun = target.luns.find((one) => one.name === name);
  if (!lun) throw new Error(`${target.iqn} has no LUN ${name}`);
  const grown = { ...target, luns: target.luns.map((one) => (one.name === name ? { ...one, sizeMiB } : one)) };
  await truncate(lunFile(instance, target, lun), sizeMiB * 2 ** 20);
  await hideLun(instance, target, lun);
  await showLun(instance, target, lun);
  return grown;
}
