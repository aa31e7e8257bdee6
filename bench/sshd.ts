import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as span } from "node:timers/promises";

/** A real sshd that answers on every address of loopback. */
export interface Sshd {
  port: number;
  user: string;
  fingerprint: string;
  /** Of the client, in OpenSSH's format, and the file that holds it. */
  privateKey: string;
  keyFile: string;
  stop(): Promise<void>;
}

const PORT = 2222;

/** A thousand machines have CPUs of their own: here they take what the panel leaves, and never push it aside. */
const BEHIND = ["--batch", "0", "nice", "-n", "10"];

function makeKey(file: string): void {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
}

function takesConnections(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(PORT, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Starts one in `folder`, which runs `script` whatever is asked of it. Only in a network of its own: see `isolated` in `run.ts`. */
export async function startSshd(folder: string, script: string): Promise<Sshd> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const [hostKey, keyFile, replay] = [join(folder, "host"), join(folder, "id"), join(folder, "replay.sh")];
  makeKey(hostKey);
  makeKey(keyFile);
  await writeFile(replay, script, { mode: 0o755 });
  const config = [
    `Port ${PORT}`,
    "ListenAddress 0.0.0.0",
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${keyFile}.pub`,
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "UsePAM no",
    "StrictModes no",
    "UseDNS no",
    "PrintMotd no",
    "PidFile none",
    "LogLevel ERROR",
    // A bash that sshd starts reads ~/.bashrc, whatever takes its time there, unless it is not the outermost shell.
    "SetEnv SHLVL=2",
    "PermitRootLogin prohibit-password",
    // A thousand machines have a thousand of these limits; here they share one.
    "MaxStartups 3000:30:4000",
    "PerSourceMaxStartups none",
    `ForceCommand /bin/sh ${replay}`,
    "",
  ];
  const configFile = join(folder, "sshd_config");
  await writeFile(configFile, config.join("\n"));
  const child = spawn("chrt", [...BEHIND, "/usr/sbin/sshd", "-D", "-e", "-f", configFile], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  while (!(await takesConnections())) {
    if (child.exitCode !== null) throw new Error(`sshd ended with ${child.exitCode}: ${said}`);
    await span(50);
  }
  const line = execFileSync("ssh-keygen", ["-l", "-E", "sha256", "-f", `${hostKey}.pub`], { encoding: "utf8" });
  return {
    port: PORT,
    user: "root",
    fingerprint: /SHA256:\S+/.exec(line)?.[0] ?? "",
    privateKey: await readFile(keyFile, "utf8"),
    keyFile,
    stop: async () => {
      const exit = once(child, "exit");
      if (child.exitCode !== null) return;
      child.kill("SIGTERM");
      await exit;
    },
  };
}
