import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emulation } from "../accelerator.ts";
import { agentAnswers, agentExec } from "../agent.ts";
import { bootArguments } from "../boot-arguments.ts";
import { sourceDir } from "../paths.ts";
import { tryRun, waitFor } from "../run.ts";
import type { Progress } from "./cache.ts";

/**
 * Boots the new image once and lets it fill the caches that would cost each node's first boot half a minute:
 * AppArmor's compiled profiles, libvirt's knowledge of QEMU. The image is written to; it stays without an identity.
 */
export async function warmUp(
  image: { kind: string; dir: string; disk: string; kernel: string; initrd: string },
  progress: Progress,
): Promise<void> {
  progress(`${image.kind}: first boot, to fill caches`);
  // Sockets have to have short names, which the cache's folder may not give.
  const work = await mkdtemp(join(tmpdir(), "spindle-warm-"));
  const identity = join(work, "identity");
  const agent = join(work, "agent");
  const serial = join(image.dir, "first-boot.log");
  await writeFile(
    identity,
    "NAME=warm\nADDRESS=10.0.2.15/24\nHOST=10.0.2.2\nREPOSITORY_PORT=8077\nPASSWORD=none\nKEY=\n",
    { mode: 0o600 },
  );
  const log = openSync(join(image.dir, "first-boot-qemu.log"), "w");
  const disk = `driver=raw,node-name=root,file.driver=file,file.filename=${image.disk},cache.no-flush=on,discard=unmap,file.discard=unmap`;
  const argv = [
    ...bootArguments({ ...image, accelerator: emulation, memoryMiB: 1024, serial, identity, agent }),
    ...["-blockdev", disk, "-device", "virtio-blk-pci,drive=root", "-no-reboot"],
    ...["-netdev", "user,id=net0,restrict=on", "-device", "virtio-net-pci,netdev=net0,romfile="],
  ];
  // Killed with this process, however that ends.
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "qemu-system-x86_64", ...argv], {
    stdio: ["ignore", log, log],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  let end: string | undefined;
  child.once("error", (error) => {
    end = error.message;
  });
  child.once("exit", (code, signal) => {
    end = String(code ?? signal);
  });
  try {
    await waitFor(
      `first boot of ${image.kind}`,
      300_000,
      async () => {
        if (end !== undefined) throw new Error(`first boot of ${image.kind} ended with ${end}; see ${serial}`);
        return (await agentAnswers(agent, 3_000)) ? true : undefined;
      },
      250,
    );
    const script = await readFile(join(sourceDir, "image/warm.sh"), "utf8");
    const result = await agentExec(agent, image.kind, script, { timeoutMs: 300_000 });
    if (!result.stdout.includes("WARM"))
      throw new Error(`first boot of ${image.kind}: ${result.stdout}${result.stderr}`);
    await waitFor(`end of the first boot of ${image.kind}`, 60_000, async () => (end === undefined ? undefined : true));
    await checkFileSystem(image.disk);
  } finally {
    kill();
    process.removeListener("exit", kill);
    closeSync(log);
    await rm(work, { recursive: true, force: true });
  }
}

/** Replays the journal and removes orphans, once here instead of in every node. */
async function checkFileSystem(disk: string): Promise<void> {
  const { code, stdout } = await tryRun(["e2fsck", "-fy", disk], { timeoutMs: 120_000 });
  // 1 says that something was put right, which a journal to replay is.
  if (code !== 0 && code !== 1) throw new Error(`e2fsck of ${disk}: ${stdout.slice(-600)}`);
}
