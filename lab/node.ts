import { connect } from "node:net";
import { join } from "node:path";
import type { Accelerator } from "./accelerator.ts";
import { type ExecResult, agentAnswers, agentExec } from "./agent.ts";
import { mendFault as mend, breakFault as spoil } from "./faults.ts";
import { readText } from "./files.ts";
import { type Instance, keyFile, nodeDir } from "./instance.ts";
import { attachTap, detachTap, ensureBridge, ensureTap, isAttached } from "./net.ts";
import { signal } from "./processes.ts";
import {
  type DiskRecord,
  type NodeRecord,
  agentSocket,
  cutPower,
  diskDevice,
  findQemu,
  monitorSocket,
  nodeAddress,
  notePulled,
  pulledDisks,
  startQemu,
} from "./qemu.ts";
import { withQmp } from "./qmp.ts";
import { waitFor } from "./run.ts";

/** A data disk of a node. `path` is its name in the node, which stays when sdX changes. */
export type NodeDisk = DiskRecord & { path: string };

/**
 * Options of a fault: the volume group, the folder, the disk or the SAN's portal it is about, and how slow that becomes; lvm0,
 * /vm, disk1, the second portal and 500 by default.
 */
export type FaultOptions = {
  vg?: string | undefined;
  dir?: string | undefined;
  disk?: string | undefined;
  portal?: string | undefined;
  delayMs?: number | undefined;
};

/** A node of the lab as seen from the host. All methods may be called from any process that has opened the lab. */
export class LabNode {
  readonly name: string;
  readonly address: string;
  readonly port = 22;
  readonly user = "root";
  readonly rootPassword: string;
  readonly image: "ready" | "plain";
  readonly disks: NodeDisk[];
  readonly record: NodeRecord;
  readonly instance: Instance;
  readonly #accelerator: () => Promise<Accelerator>;

  constructor(instance: Instance, record: NodeRecord, accelerator: () => Promise<Accelerator>) {
    this.instance = instance;
    this.record = record;
    this.#accelerator = accelerator;
    this.name = record.name;
    this.address = nodeAddress(instance, record.index);
    this.rootPassword = instance.rootPassword;
    this.image = record.image.kind;
    this.disks = record.disks.map((disk) => ({ ...disk, path: `/dev/disk/by-id/wwn-0x${disk.wwn}` }));
  }

  /**
   * Runs argv, or a string by `bash -c`, as root and without the network, and returns exit code and outputs.
   * `timeoutMs` (default 60,000): ExecTimeout is thrown and the command's session killed. Background children must redirect their outputs.
   */
  exec(command: readonly string[] | string, options: { timeoutMs?: number; input?: string } = {}): Promise<ExecResult> {
    return agentExec(agentSocket(this.instance, this.name), this.name, command, options);
  }

  /** Like exec, but returns stdout and throws unless the exit code is 0. */
  async sh(command: readonly string[] | string, options: { timeoutMs?: number; input?: string } = {}): Promise<string> {
    const result = await this.exec(command, options);
    if (result.code === 0) return result.stdout;
    const words = typeof command === "string" ? command : command.join(" ");
    throw new Error(
      `${this.name}: ${words.slice(0, 200)}: ended with ${result.code}: ${(result.stderr || result.stdout).trim().slice(-600)}`,
    );
  }

  /** `SHA256:…` of the node's host key as OpenSSH prints it, read inside the node. */
  async hostKeyFingerprint(type: "ed25519" | "ecdsa" | "rsa" = "ed25519"): Promise<string> {
    const line = await this.sh(["ssh-keygen", "-l", "-E", "sha256", "-f", `/etc/ssh/ssh_host_${type}_key.pub`]);
    const found = /SHA256:\S+/.exec(line)?.[0];
    if (!found) throw new Error(`${this.name}: no fingerprint in ${line}`);
    return found;
  }

  /**
   * Resolves when the node takes commands, and SSH connections unless it is cut. Default deadline 600 s: on a busy host a boot
   * that takes 25 s alone takes minutes. Throws with what is lacking, at once when the node is off.
   */
  async waitReady(timeoutMs = 600_000): Promise<void> {
    const agent = agentSocket(this.instance, this.name);
    let lacking = "SSH server";
    await waitFor(
      `${this.name} ready`,
      timeoutMs,
      async () => {
        if (!(await this.isRunning())) throw new Error(`${this.name} is off; ${this.serialLog} may say why`);
        lacking = "SSH server";
        if (isAttached(this.instance, this.record.index) && !(await greets(this.address, this.port))) return undefined;
        lacking = "guest agent";
        return (await agentAnswers(agent, 3_000)) ? true : undefined;
      },
      100,
    ).catch(async (error: Error) => {
      const serial = (await readText(this.serialLog))?.slice(-400) ?? "";
      throw new Error(`${error.message} (no ${lacking}); its serial line ends with: ${serial}`, { cause: error });
    });
  }

  /** Resolves when the boot is over and udev has named the disks. Returns systemd's word, `running` or `degraded`. */
  async waitBooted(timeoutMs = 600_000): Promise<string> {
    const word = await this.exec(["systemctl", "is-system-running", "--wait"], { timeoutMs });
    await this.sh(["udevadm", "settle", "--timeout=300"], { timeoutMs: 310_000 });
    return word.stdout.trim();
  }

  /** File with what the node's kernel wrote to its serial line since it was switched on. */
  get serialLog(): string {
    return join(nodeDir(this.instance, this.name), "serial.log");
  }

  /** True while its QEMU runs, frozen or not. */
  async isRunning(): Promise<boolean> {
    return (await findQemu(this.instance, this.name)).length > 0;
  }

  /** Stops the node in the middle of whatever it does; its peers meet silence. */
  async freeze(): Promise<void> {
    for (const process of await this.#processes()) signal(process, "SIGSTOP");
  }

  /** Lets a frozen node go on. */
  async thaw(): Promise<void> {
    for (const process of await this.#processes()) signal(process, "SIGCONT");
  }

  /** A power cut: the machine is gone at once; its disks stay, with all that was written to them. */
  async kill(): Promise<void> {
    await cutPower(this.instance, this.name);
  }

  /** Switches the node on, as a cold boot from its own disks, and waits until it is ready. */
  async start(): Promise<void> {
    if (await this.isRunning()) throw new Error(`${this.name} is running`);
    await this.powerOn();
    await this.waitReady();
    await this.waitBooted();
  }

  /** Switches on without waiting for the boot; with `stateFile` loads a saved state and stays stopped. */
  async powerOn(stateFile?: string): Promise<void> {
    await ensureBridge(this.instance);
    await ensureTap(this.instance, this.record.index);
    await startQemu(this.instance, this.record, await this.#accelerator(), stateFile);
  }

  /** A reboot from inside, with everything that shuts down and starts again; waits until the node is back. */
  async reboot(timeoutMs = 600_000): Promise<void> {
    const before = await this.bootId();
    await this.sh(["systemctl", "reboot", "--no-block"]);
    const agent = agentSocket(this.instance, this.name);
    await waitFor(
      `${this.name} after its reboot`,
      timeoutMs,
      async () => {
        if (!(await agentAnswers(agent, 2_000))) return undefined;
        // The agent may go away between the two questions, which is part of a reboot.
        const now = await this.bootId().catch(() => before);
        return now === before ? undefined : true;
      },
      250,
    );
    await this.waitReady(timeoutMs);
    await this.waitBooted(timeoutMs);
  }

  /** The kernel's id of this boot. */
  async bootId(): Promise<string> {
    return (await this.sh(["cat", "/proc/sys/kernel/random/boot_id"], { timeoutMs: 5_000 })).trim();
  }

  /** Cuts the node off the network, without a link-down; exec goes on working. */
  cut(): Promise<void> {
    return detachTap(this.instance, this.record.index);
  }

  /** Joins the node to the network again. */
  uncut(): Promise<void> {
    return attachTap(this.instance, this.record.index);
  }

  /** Pulls a data disk out of the running node; what uses it gets I/O errors. Resolves when the node has seen it. */
  async unplug(name: string): Promise<void> {
    const disk = this.disk(name);
    const pulled = await pulledDisks(this.instance, this.name);
    if (pulled.includes(name)) throw new Error(`${this.name}: ${name} is already out`);
    await withQmp(monitorSocket(this.instance, this.name), async (qmp) => {
      await qmp.run("device_del", { id: name });
      await qmp.event("DEVICE_DELETED", (data) => data.device === name, 30_000);
    });
    await notePulled(this.instance, this.name, [...pulled, name]);
    await this.#waitForDisk(disk, false);
  }

  /** Puts a pulled disk back, with its contents. It may come back under another sdX. Resolves when the node has seen it. */
  async plug(name: string): Promise<void> {
    const disk = this.disk(name);
    const pulled = await pulledDisks(this.instance, this.name);
    if (!pulled.includes(name)) throw new Error(`${this.name}: ${name} is not out`);
    await withQmp(monitorSocket(this.instance, this.name), (qmp) =>
      qmp.run("device_add", diskDevice(this.record, disk)),
    );
    await notePulled(
      this.instance,
      this.name,
      pulled.filter((other) => other !== name),
    );
    await this.#waitForDisk(disk, true);
  }

  /** Names of the disks that are out. */
  pulledDisks(): Promise<string[]> {
    return pulledDisks(this.instance, this.name);
  }

  /** Breaks something by name, see the table in faults.ts. */
  breakFault(name: string, options: FaultOptions = {}): Promise<void> {
    return spoil(this, name, options);
  }

  /** Mends what breakFault broke; does nothing where nothing is broken. */
  mendFault(name: string, options: FaultOptions = {}): Promise<void> {
    return mend(this, name, options);
  }

  /** The disk of that name. Throws when the node has none. */
  disk(name: string): NodeDisk {
    const found = this.disks.find((disk) => disk.name === name);
    if (!found)
      throw new Error(`${this.name} has no disk ${name}, only ${this.disks.map((disk) => disk.name).join(", ")}`);
    return found;
  }

  /** argv of an ssh client that logs in with the lab's own key. The host key is not checked: the lab's network ends on this machine. */
  sshArgv(): string[] {
    const options = [
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      "LogLevel=ERROR",
      "BatchMode=yes",
      "ConnectTimeout=10",
    ];
    return [
      "ssh",
      "-i",
      keyFile(this.instance),
      ...options.flatMap((option) => ["-o", option]),
      `root@${this.address}`,
    ];
  }

  async #processes() {
    const found = await findQemu(this.instance, this.name);
    if (found.length === 0) throw new Error(`${this.name} is not running`);
    return found;
  }

  async #waitForDisk(disk: NodeDisk, there: boolean): Promise<void> {
    const script = 'grep -qsi "$1" /sys/bus/scsi/devices/*/wwid && { [ "$2" = gone ] || [ -e "$3" ]; }';
    await waitFor(
      `${this.name}: ${disk.name} ${there ? "there" : "gone"}`,
      30_000,
      async () => {
        const { code } = await this.exec(["sh", "-c", script, "sh", disk.wwn, there ? "there" : "gone", disk.path]);
        return (code === 0) === there ? true : undefined;
      },
      100,
    );
  }
}

/** True when an SSH server greets within two seconds. */
function greets(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 2_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", (chunk) => end(chunk.toString("latin1").startsWith("SSH-")));
    socket.once("timeout", () => end(false));
    // Refused or no route: not up yet.
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}
