import { reportedHostName } from "../../domain/names.ts";
import type { Reader } from "../../storage/contract.ts";
import { readSections } from "../../storage/sections.ts";
import {
  accountCommand,
  clockCommand,
  machineCommand,
  packagesCommand,
  spaceCommand,
  versionsCommand,
} from "./facts-script.ts";
import { kvmPackages, type PackageFacts, readPackages } from "./packages.ts";

export interface MachineFacts {
  osId: string;
  osVersion: string;
  osName: string;
  kernel: string;
  arch: string;
  /** Empty when the machine calls itself something that is no host name. */
  hostName: string;
  machineId: string;
  /** Empty where the firmware has none of its own. */
  hostUuid: string;
  initiatorName: string;
  cpuModel: string;
  /** `svm`, `vmx` or null. */
  virtualization: "svm" | "vmx" | null;
  kvmDevice: boolean;
  /** KVM modules that this kernel has. */
  kvmModules: string[];
  threads: number | null;
  /** Bytes. */
  memory: number | null;
  systemd: boolean;
  root: boolean;
  /** What `/etc/spindle/node` says; empty without one. */
  owner: string;
}

export interface AccountFacts {
  home: string;
  sshDir: boolean;
  keysFile: boolean;
  endsWithNewline: boolean;
  /** `spindle:<id>` marks at the ends of its lines. */
  marks: string[];
}

export interface SpaceFacts {
  target: string;
  size: number;
  free: number;
  freeInodes: number | null;
}

/** Everything the preflight knows of a machine. */
export interface KvmFacts {
  machine: MachineFacts;
  account: AccountFacts;
  /** Milliseconds by which the node's clock is ahead, and how sure that is. */
  clock: { aheadMs: number; withinMs: number };
  space: SpaceFacts[];
  packages: PackageFacts;
  versions: { libvirt: string; qemu: string };
}

/** Serial numbers that makers leave in place of a real one. */
const NO_UUID =
  /^(?:0{8}-(?:0{4}-){3}0{12}|f{8}-(?:f{4}-){3}f{12}|03000200-0400-0500-0006-000700080009|12345678-1234-5678-90ab-cddeefaabbcc)$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const short = (value: string | undefined, length = 200) => (value ?? "").trim().slice(0, length);

function count(value: string | undefined, unit = 1): number | null {
  const word = short(value, 20);
  return /^\d{1,16}$/.test(word) && Number.isSafeInteger(Number(word) * unit) ? Number(word) * unit : null;
}

function osField(block: string, name: string): string {
  const match = new RegExp(`^${name}=(.*)$`, "m").exec(block);
  return short(match?.[1]).replace(/^(["'])(.*)\1$/, "$2");
}

/** Reads the answer of `machineCommand`. */
export function readMachine(stdout: string): MachineFacts {
  const sections = readSections(stdout);
  const get = (name: string) => short(sections.get(name));
  const os = sections.get("os") ?? "";
  const uuid = get("host-uuid").toLowerCase();
  const flags = get("flags").split("\n")[0];
  const kvm = (sections.get("kvm") ?? "").split("\n");
  return {
    osId: osField(os, "ID"),
    osVersion: osField(os, "VERSION_ID"),
    osName: osField(os, "PRETTY_NAME"),
    kernel: get("kernel"),
    arch: get("arch"),
    hostName: reportedHostName.safeParse(get("hostname")).data ?? "",
    machineId: /^[0-9a-f]{32}$/.test(get("machine-id")) ? get("machine-id") : "",
    hostUuid: UUID.test(uuid) && !NO_UUID.test(uuid) ? uuid : "",
    initiatorName: /^[a-z0-9.:-]{1,223}$/i.test(get("initiator")) ? get("initiator") : "",
    cpuModel: get("cpu"),
    virtualization: flags === "svm" || flags === "vmx" ? flags : null,
    kvmDevice: kvm.includes("device"),
    kvmModules: kvm.filter((line) => line === "kvm_amd" || line === "kvm_intel"),
    threads: count(sections.get("threads")),
    memory: count(sections.get("memory"), 1024),
    systemd: get("systemd") === "yes",
    root: get("uid") === "0",
    owner: short(sections.get("owner"), 4096),
  };
}

/** Reads the answer of `accountCommand`. */
export function readAccount(stdout: string): AccountFacts {
  const sections = readSections(stdout);
  const get = (name: string) => short(sections.get(name));
  return {
    home: get("home"),
    sshDir: get("ssh-dir") === "yes",
    keysFile: get("keys") === "yes",
    endsWithNewline: get("last-byte") === "" || get("last-byte") === "0a",
    marks: (sections.get("marks") ?? "")
      .split("\n")
      .filter((line) => /^spindle:[a-z0-9_]{1,60}$/.test(line))
      .slice(0, 20),
  };
}

/** Reads `df` columns; a line that is no figure is left out. */
export function readSpace(stdout: string): SpaceFacts[] {
  const places = new Map<string, SpaceFacts>();
  for (const line of stdout.split("\n")) {
    const [target = "", size, free, inodes] = line.trim().split(/\s+/);
    const [bytes, left] = [count(size), count(free)];
    if (target.startsWith("/") && bytes !== null && left !== null) {
      places.set(target, { target, size: bytes, free: left, freeInodes: count(inodes) });
    }
  }
  return [...places.values()];
}

async function readClock(read: Reader): Promise<KvmFacts["clock"]> {
  const before = Date.now();
  const { stdout } = await read(clockCommand);
  const after = Date.now();
  // The node read its clock somewhere between the two moments.
  const aheadMs = Math.round(Number(stdout.trim()) * 1000 - (before + after) / 2);
  return { aheadMs: Number.isFinite(aheadMs) ? aheadMs : Number.NaN, withinMs: Math.ceil((after - before) / 2) };
}

/** Looks at the machine, part by part, and tells after each what is known. Reads only. */
export async function lookAtMachine(
  read: Reader,
  packages: readonly string[],
  user: string,
  onPart: (soFar: Partial<KvmFacts>) => void,
): Promise<KvmFacts> {
  const known: Partial<KvmFacts> = {};
  const learn = <K extends keyof KvmFacts>(name: K, value: KvmFacts[K]) => {
    known[name] = value;
    onPart({ ...known });
  };
  const machine = readMachine((await read(machineCommand)).stdout);
  learn("machine", machine);
  learn("clock", await readClock(read));
  learn("account", readAccount((await read(accountCommand(user))).stdout));
  learn("space", readSpace((await read(spaceCommand)).stdout));
  const wanted = [...new Set([...kvmPackages(machine.arch), ...packages])];
  learn("packages", readPackages(readSections((await read(packagesCommand(wanted))).stdout), wanted));
  const versions = readSections((await read(versionsCommand)).stdout);
  learn("versions", { libvirt: short(versions.get("libvirt")), qemu: short(versions.get("qemu")) });
  return known as KvmFacts;
}
