import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Accelerator } from "./accelerator.ts";
import { bootArguments } from "./boot-arguments.ts";
import { readText } from "./files.ts";
import { type Instance, hostAddress, keyFile, nodeDir, repositoryPort } from "./instance.ts";
import { tapName } from "./net.ts";
import { checkPath, runDir } from "./paths.ts";
import { endProcess, findMarked, isAlive, type Marked, signal } from "./processes.ts";
import { askToQuit, withQmp } from "./qmp.ts";
import { waitFor } from "./run.ts";
import { toJson } from "./socket.ts";

/** A data disk as it is kept. `wwn` is 16 hex digits; in the node it is /dev/disk/by-id/wwn-0xWWN. */
export type DiskRecord = { name: string; sizeMiB: number; serial: string; wwn: string };

/** All that makes a node the same machine again: kept in nodes.json and in every scene. */
export type NodeRecord = {
  name: string;
  /** Counts from 1; gives address 10.77.x.(10 + index), tap and MAC. */
  index: number;
  uuid: string;
  memoryMiB: number;
  image: { kind: "ready" | "plain"; dir: string; disk: string; kernel: string; initrd: string; repository: string };
  disks: DiskRecord[];
};

export const nodeAddress = (instance: Instance, index: number) => `10.77.${instance.subnet}.${10 + index}`;
export const monitorSocket = (instance: Instance, node: string) => join(runDir(instance.subnet), `${node}.qmp`);
export const agentSocket = (instance: Instance, node: string) => join(runDir(instance.subnet), `${node}.qga`);
const pidFile = (instance: Instance, node: string) => join(nodeDir(instance, node), "qemu.pid");
const pulledFile = (instance: Instance, node: string) => join(nodeDir(instance, node), "pulled.json");

/** The QEMU processes of the instance, of one node when named. Found by what they were started with, not by what was noted. */
export async function findQemu(instance: Instance, node?: string): Promise<Marked[]> {
  const wanted = node ? pidFile(instance, node) : `${join(instance.dir, "nodes")}/`;
  return findMarked((argv) => {
    const value = argv[argv.indexOf("-pidfile") + 1] ?? "";
    return argv.includes("-pidfile") && (node ? value === wanted : value.startsWith(wanted));
  });
}

/**
 * Cuts the power of the instance's nodes, or of one. What the guest has written is on its disks, flushed or not, as on a disk that has
 * had a moment: a killed QEMU would also lose tables of its image format, however long ago the guest wrote. Frozen ones are thawed for it.
 */
export async function cutPower(instance: Instance, node?: string): Promise<void> {
  await Promise.all(
    (await findQemu(instance, node)).map(async (process) => {
      const name = basename(dirname(process.argv[process.argv.indexOf("-pidfile") + 1] ?? ""));
      signal(process, "SIGCONT");
      await askToQuit(monitorSocket(instance, name), 10_000);
      await waitFor(`end of ${name}`, 10_000, async () => ((await isAlive(process)) ? undefined : true), 10).catch(() =>
        endProcess(process),
      );
    }),
  );
}

/** Names of the disks that were pulled out of the node and not put back. */
export async function pulledDisks(instance: Instance, node: string): Promise<string[]> {
  return JSON.parse((await readText(pulledFile(instance, node))) ?? "[]") as string[];
}

/** Notes which disks are out, so that a cold boot leaves them out. */
export async function notePulled(instance: Instance, node: string, names: string[]): Promise<void> {
  await writeFile(pulledFile(instance, node), JSON.stringify(names));
}

/** The device that `device_add` takes for a disk; the command line uses the same. */
export function diskDevice(record: NodeRecord, disk: DiskRecord): Record<string, string | number | bigint> {
  return {
    driver: "scsi-hd",
    id: disk.name,
    bus: "scsi.0",
    "scsi-id": record.disks.findIndex(({ name }) => name === disk.name),
    drive: `${disk.name}-node`,
    serial: disk.serial,
    wwn: BigInt(`0x${disk.wwn}`),
  };
}

/**
 * Starts the node's QEMU in a session of its own, so that it outlives this process. Resolves when its monitor listens.
 * With `stateFile` the machine is loaded from a saved state and stays stopped. Throws with the end of QEMU's output when it ends early.
 */
export async function startQemu(
  instance: Instance,
  record: NodeRecord,
  accelerator: Accelerator,
  stateFile?: string,
): Promise<void> {
  const dir = nodeDir(instance, record.name);
  await mkdir(runDir(instance.subnet), { recursive: true, mode: 0o700 });
  for (const socket of [monitorSocket(instance, record.name), agentSocket(instance, record.name)])
    await rm(socket, { force: true });
  await writeIdentity(instance, record);
  const log = openSync(join(dir, "qemu.log"), "a", 0o600);
  const state = stateFile ? openSync(stateFile, "r") : undefined;
  const argv = await qemuArguments(instance, record, accelerator, state !== undefined);
  const child = spawn("qemu-system-x86_64", argv, {
    detached: true,
    cwd: "/",
    stdio: ["ignore", log, log, ...(state === undefined ? [] : [state])],
  });
  closeSync(log);
  if (state !== undefined) closeSync(state);
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", (code, signal) => {
    ended = `ended with ${code ?? signal}`;
  });
  await waitFor(
    `monitor of ${record.name}`,
    30_000,
    async () => {
      if (ended)
        throw new Error(
          `QEMU of ${record.name} ${ended}: ${(await readText(join(dir, "qemu.log")))?.slice(-600) ?? ""}`,
        );
      return (await answers(monitorSocket(instance, record.name))) ? true : undefined;
    },
    20,
  );
  child.removeAllListeners();
  child.unref();
}

/** QEMU opens the socket before it has looked at its other options; only an answer tells that all of them were good. */
async function answers(socket: string): Promise<boolean> {
  if (!existsSync(socket)) return false;
  try {
    await withQmp(socket, (qmp) => qmp.run("query-status"));
    return true;
  } catch {
    // Not yet there, or ending: the caller looks at the process itself.
    return false;
  }
}

/** What the node reads at boot through QEMU's firmware configuration device. */
async function writeIdentity(instance: Instance, record: NodeRecord): Promise<void> {
  const key = (await readText(`${keyFile(instance)}.pub`))?.trim() ?? "";
  const lines = {
    NAME: record.name,
    ADDRESS: `${nodeAddress(instance, record.index)}/24`,
    HOST: hostAddress(instance),
    REPOSITORY_PORT: repositoryPort,
    PASSWORD: instance.rootPassword,
    KEY: key,
  };
  const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(identityFile(instance, record), text.join(""), { mode: 0o600 });
}

const identityFile = (instance: Instance, record: NodeRecord) => join(nodeDir(instance, record.name), "identity");

/** Speed over safety on the host: a lab's disks are worth nothing after a crash of the host. Flushes of a killed node are not lost, the host has them in memory. */
function blockDevice(name: string, file: string): string {
  return `driver=qcow2,node-name=${name},file.driver=file,file.filename=${checkPath(file)},cache.no-flush=on,discard=unmap,file.discard=unmap`;
}

async function qemuArguments(
  instance: Instance,
  record: NodeRecord,
  accelerator: Accelerator,
  incoming: boolean,
): Promise<string[]> {
  const dir = checkPath(nodeDir(instance, record.name));
  const mac = `52:54:77:${hex(instance.subnet)}:00:${hex(record.index)}`;
  const pulled = await pulledDisks(instance, record.name);
  const disks = record.disks.flatMap((disk) => [
    "-blockdev",
    blockDevice(`${disk.name}-node`, join(dir, `${disk.name}.qcow2`)),
    ...(pulled.includes(disk.name) ? [] : ["-device", toJson(diskDevice(record, disk))]),
  ]);
  return [
    ...[
      "-name",
      `spindle-lab-${instance.subnet}-${record.name}`,
      "-pidfile",
      pidFile(instance, record.name),
      "-uuid",
      record.uuid,
    ],
    ...["-qmp", `unix:${monitorSocket(instance, record.name)},server=on,wait=off`],
    ...bootArguments({
      accelerator,
      kernel: record.image.kernel,
      initrd: record.image.initrd,
      memoryMiB: record.memoryMiB,
      serial: join(dir, "serial.log"),
      identity: identityFile(instance, record),
      agent: agentSocket(instance, record.name),
    }),
    ...["-blockdev", blockDevice("root-node", join(dir, "root.qcow2")), "-device", "virtio-blk-pci,drive=root-node"],
    ...["-device", "virtio-scsi-pci,id=scsi", ...disks],
    ...["-netdev", `tap,id=net0,ifname=${tapName(instance, record.index)},script=no,downscript=no`],
    ...["-device", `virtio-net-pci,netdev=net0,mac=${mac},romfile=`],
    ...(incoming ? ["-incoming", "fd:3"] : []),
  ];
}

const hex = (value: number) => value.toString(16).padStart(2, "0");
