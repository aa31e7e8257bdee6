import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type Instance, hostAddress, repositoryPort } from "./instance.ts";
import { sourceDir } from "./paths.ts";
import { type Marked, endProcess, findMarked } from "./processes.ts";
import { waitFor } from "./run.ts";

const script = join(sourceDir, "repository-server.ts");

/** Serves `folder` to the instance's nodes by a detached process; one that serves another folder is replaced. The bridge must be there. */
export async function serveRepository(instance: Instance, folder: string): Promise<void> {
  const running = await findServers(instance);
  if (running.some(({ argv }) => argv.includes(folder))) return;
  for (const server of running) await endProcess(server);
  const log = openSync(join(instance.dir, "repository.log"), "a", 0o600);
  const argv = [script, instance.dir, folder, hostAddress(instance), String(repositoryPort)];
  const child = spawn(process.execPath, argv, { detached: true, cwd: "/", stdio: ["ignore", log, log] });
  closeSync(log);
  child.unref();
  await waitFor("the nodes' package server", 20_000, () => accepts(hostAddress(instance), repositoryPort));
}

/** Ends the instance's package server. */
export async function stopRepository(instance: Instance): Promise<void> {
  for (const server of await findServers(instance)) await endProcess(server);
}

function findServers(instance: Instance): Promise<Marked[]> {
  return findMarked((argv) => argv[1] === script && argv[2] === instance.dir);
}

function accepts(host: string, port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const end = (answer: true | undefined) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(undefined));
    socket.once("timeout", () => end(undefined));
  });
}
