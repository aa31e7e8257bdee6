import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

export interface DemoPanel {
  url: string;
  data: string;
  /** Resolves when the panel has ended, by itself or by `stop`. */
  exited: Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts a panel on an empty data folder and a free loopback port and makes its administrator. Throws when it does not come up. */
export async function startDemoPanel(
  data: string,
  admin: { email: string; name: string; password: string },
): Promise<DemoPanel> {
  const port = await freePort();
  const env = { ...process.env, SPINDLE_DATA: data, SPINDLE_PORT: String(port), SPINDLE_HOST: "127.0.0.1" };
  const child = spawn("sh", ["bin/run", "bin/panel.ts"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const exited = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  await untilListening(child, url);
  await makeAdministrator(env, admin);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await exited;
  };
  return { url, data, exited, stop };
}

async function untilListening(child: ChildProcess, url: string): Promise<void> {
  if (!child.stdout) throw new Error("the panel has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes(url)) {
      child.stdout.resume();
      return;
    }
    console.log(`  ${line}`);
  }
  throw new Error("the panel ended before it listened; see its output above");
}

/** The password travels on standard input: argv is readable by everybody on the machine. */
async function makeAdministrator(
  env: NodeJS.ProcessEnv,
  admin: { email: string; name: string; password: string },
): Promise<void> {
  const child = spawn(process.execPath, ["bin/admin.ts", "first", admin.email, admin.name], {
    env,
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end(`${admin.password}\n`);
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`making the administrator ended with ${code}`);
}

/** The usual port when it is free, else any. */
async function freePort(): Promise<number> {
  for (const wanted of [3080, 0]) {
    const server = createServer();
    const port = await new Promise<number | null>((resolve) => {
      server.once("error", () => resolve(null));
      server.listen(wanted, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
    server.close();
    if (port !== null) return port;
  }
  throw new Error("no free port on 127.0.0.1");
}
