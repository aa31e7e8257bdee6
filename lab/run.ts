import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";

/** What a finished child left: exit code (128 + signal number does not occur; a signal gives null), and its output as text. */
export type RunResult = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

export type RunOptions = {
  /** Milliseconds until the child is killed; default 60,000. */
  timeoutMs?: number;
  /** Written to the child's standard input, which is closed afterwards. */
  input?: string;
  cwd?: string;
  env?: Record<string, string>;
  /** File that gets stdout and stderr as well, for steps whose output is long. */
  logFile?: string;
};

/** A child that could not be started, took too long or ended badly; the message holds the end of its stderr. */
export class RunError extends Error {
  readonly result: RunResult;
  constructor(message: string, result: RunResult) {
    super(message);
    this.name = "RunError";
    this.result = result;
  }
}

// Children that have to end with us: their groups are their own, so a Ctrl-C at the terminal does not reach them.
const living = new Set<number>();
process.on("exit", () => {
  for (const pid of living) killGroup(pid);
});

/** Runs argv without a shell and returns what it left, whatever its exit code. Throws RunError on a time-out, and when it can't be started. */
export function tryRun(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [command, ...args] = argv;
  if (!command) throw new TypeError("empty argv");
  const timeoutMs = options.timeoutMs ?? 60_000;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive", ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
      // Its own group, so that a time-out also ends what the child has started.
      detached: true,
    });
    const log = options.logFile ? createWriteStream(options.logFile, { flags: "a" }) : null;
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid);
    }, timeoutMs);
    if (child.pid) living.add(child.pid);
    const settle = () => {
      clearTimeout(timer);
      if (child.pid) living.delete(child.pid);
      log?.end();
    };
    child.stdout.on("data", (chunk: Buffer) => {
      out.push(chunk);
      log?.write(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err.push(chunk);
      log?.write(chunk);
    });
    // The child may end before it has read everything; its exit code tells then.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    child.on("error", (error) => {
      settle();
      reject(new RunError(`${command}: ${error.message}`, { code: null, signal: null, stdout: "", stderr: "" }));
    });
    child.on("close", (code, signal) => {
      settle();
      const result = { code, signal, stdout: text(out), stderr: text(err) };
      if (timedOut) reject(new RunError(`${argv.join(" ")}: no end after ${timeoutMs} ms`, result));
      else resolve(result);
    });
  });
}

/** Runs argv without a shell and returns its stdout. Throws RunError unless it ends with 0. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await tryRun(argv, options);
  if (result.code === 0) return result.stdout;
  const tail = (result.stderr || result.stdout).trim().split("\n").slice(-8).join("\n");
  throw new RunError(`${argv.join(" ")}: ended with ${result.code ?? result.signal}: ${tail}`, result);
}

function text(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

function killGroup(pid: number | undefined): void {
  if (!pid) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Asks `probe` until it gives something other than undefined.
 * `what` names the awaited thing in the error thrown after `timeoutMs`; `everyMs` is the pause between two questions.
 */
export async function waitFor<T>(
  what: string,
  timeoutMs: number,
  probe: () => Promise<T | undefined>,
  everyMs = 50,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() >= end) throw new Error(`${what}: not there after ${Math.round(timeoutMs / 1000)} s`);
    await pause(everyMs);
  }
}

/** Resolves after `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
