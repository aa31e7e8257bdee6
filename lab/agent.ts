import { randomInt } from "node:crypto";
import { pause } from "./run.ts";
import { type JsonLines, openJsonLines } from "./socket.ts";

/** What a command run in a node left: `code` 128 + n when signal n ended it. */
export type ExecResult = { code: number; stdout: string; stderr: string };

/** A command in a node did not end in time; it was killed there together with its children. */
export class ExecTimeout extends Error {
  constructor(node: string, command: string, timeoutMs: number) {
    super(`${node}: no end after ${timeoutMs} ms: ${command}`);
    this.name = "ExecTimeout";
  }
}

const environment = [
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "HOME=/root",
  "USER=root",
  "LC_ALL=C",
];

/**
 * Sends one command to the guest agent at `path` and returns its result.
 * The connection is made anew each time: the agent serves one caller at a time, and others have to get their turn.
 */
export async function agentCall(
  path: string,
  command: string,
  args: Record<string, unknown>,
  timeoutMs: number,
): Promise<unknown> {
  const end = performance.now() + timeoutMs;
  const left = () => Math.max(1, end - performance.now());
  const lines = await openJsonLines(path, timeoutMs);
  try {
    await synchronise(lines, left);
    lines.send({ execute: command, arguments: args });
    const answer = await lines.next(left());
    if ("error" in answer) throw new Error(`guest agent ${command}: ${(answer.error as { desc: string }).desc}`);
    return answer.return;
  } finally {
    lines.close();
  }
}

/** Skips whatever an interrupted caller has left on the line. */
async function synchronise(lines: JsonLines, left: () => number): Promise<void> {
  const id = randomInt(1, 2 ** 31);
  lines.send({ execute: "guest-sync-delimited", arguments: { id } }, Buffer.from([0xff]));
  for (;;) {
    const answer = await lines.next(left());
    if (answer.return === id) return;
  }
}

/** True when the agent answers within `timeoutMs`. */
export async function agentAnswers(path: string, timeoutMs: number): Promise<boolean> {
  try {
    await agentCall(path, "guest-ping", {}, timeoutMs);
    return true;
  } catch {
    // Not there, not yet started, or busy: all of them mean "not now".
    return false;
  }
}

type Status = { exited: boolean; exitcode?: number; signal?: number; "out-data"?: string; "err-data"?: string };

/**
 * Runs argv in the node, or a string by `bash -c`, as root, and waits for its end.
 * Ends when both outputs are closed: what a script leaves in the background must redirect them. Output up to 16 MiB.
 */
export async function agentExec(
  path: string,
  node: string,
  command: readonly string[] | string,
  options: { timeoutMs?: number; input?: string } = {},
): Promise<ExecResult> {
  const timeoutMs = options.timeoutMs ?? 60_000;
  const argv = typeof command === "string" ? ["/bin/bash", "-c", command] : command;
  const [program, ...args] = argv;
  if (!program) throw new TypeError("empty argv");
  const end = performance.now() + timeoutMs;
  const started = (await agentCall(
    path,
    "guest-exec",
    // A session of its own, so that a time-out ends the children too; setsid execs when it need not fork.
    {
      path: "/usr/bin/setsid",
      arg: ["--wait", program, ...args],
      env: environment,
      "capture-output": true,
      ...(options.input === undefined ? {} : { "input-data": Buffer.from(options.input).toString("base64") }),
    },
    Math.max(10_000, timeoutMs),
  )) as { pid: number };
  for (let wait = 10; ; wait = Math.min(wait * 1.5, 200)) {
    const status = (await agentCall(path, "guest-exec-status", { pid: started.pid }, 30_000)) as Status;
    if (status.exited) return result(status);
    if (performance.now() >= end) {
      await killSession(path, started.pid);
      throw new ExecTimeout(node, argv.join(" ").slice(0, 200), timeoutMs);
    }
    await pause(wait);
  }
}

function result(status: Status): ExecResult {
  const text = (data: string | undefined) => Buffer.from(data ?? "", "base64").toString("utf8");
  return {
    code: status.exitcode ?? 128 + (status.signal ?? 0),
    stdout: text(status["out-data"]),
    stderr: text(status["err-data"]),
  };
}

async function killSession(path: string, pid: number): Promise<void> {
  // The agent makes no group of its own for a child; ours was made by setsid, under the same id or a child's.
  const script =
    'for s in "$1" $(cat /proc/"$1"/task/"$1"/children 2>/dev/null); do kill -KILL -- -"$s"; kill -KILL "$s"; done 2>/dev/null; :';
  await agentCall(
    path,
    "guest-exec",
    { path: "/bin/sh", arg: ["-c", script, "sh", String(pid)], env: environment, "capture-output": false },
    10_000,
  );
}
