import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { readJson, writeJson } from "./files.ts";
import { withLock } from "./lock.ts";
import { RunError, tryRun } from "./run.ts";

/** How QEMU runs the nodes. A state saved with one can't be loaded with another. */
export type Accelerator = { kind: "tcg" | "kvm"; arguments: string[] };

/**
 * Emulation; `max` shows AMD's virtualisation to the node, so that KVM works inside it. Without the features switched
 * off here the kernel and libc choose instructions that take longer to emulate: each `rep movsb` is one byte a turn.
 */
export const emulation: Accelerator = {
  kind: "tcg",
  arguments: ["-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max,la57=off,erms=off,avx=off,avx2=off"],
};

const hardware: Accelerator = { kind: "kvm", arguments: ["-accel", "kvm", "-cpu", "host"] };
const verdictFile = "/run/spindle-lab/accelerator.json";
const trialMs = 20_000;

type Verdict = { bootId: string; kind: Accelerator["kind"] };

/**
 * KVM where a trial boot of the image's kernel proves that it works and that nodes can run guests of their own; else emulation.
 * A /dev/kvm that is there proves nothing: under some hypervisors it starts a kernel and never ends it. One trial for each boot of the host.
 */
export async function chooseAccelerator(image: { kernel: string; initrd: string }): Promise<Accelerator> {
  if (!existsSync("/dev/kvm")) return emulation;
  const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const known = async () => {
    const verdict = await readJson<Verdict>(verdictFile);
    return verdict?.bootId === bootId ? verdict.kind : undefined;
  };
  const kind =
    (await known()) ??
    (await withLock("accelerator", async () => {
      const other = await known();
      if (other) return other;
      const found = (await kvmWorks(image)) ? "kvm" : "tcg";
      await mkdir("/run/spindle-lab", { recursive: true, mode: 0o700 });
      await writeJson(verdictFile, { bootId, kind: found } satisfies Verdict);
      return found;
    }));
  return kind === "kvm" ? hardware : emulation;
}

async function kvmWorks(image: { kernel: string; initrd: string }): Promise<boolean> {
  const argv = [
    ...[
      "qemu-system-x86_64",
      "-machine",
      "q35",
      ...hardware.arguments,
      "-m",
      "256",
      "-nodefaults",
      "-no-user-config",
      "-no-reboot",
    ],
    ...["-display", "none", "-serial", "stdio", "-kernel", image.kernel, "-initrd", image.initrd],
    ...["-append", "console=ttyS0 quiet lab.probe"],
  ];
  try {
    const { stdout } = await tryRun(argv, { timeoutMs: trialMs });
    return stdout.includes("LAB-PROBE-NESTED");
  } catch (error) {
    // No end in time is one of the answers.
    if (error instanceof RunError) return false;
    throw error;
  }
}
