import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { childEnv, ROOT } from "../fixtures/run.ts";

export interface EngineEnv {
  databaseUrl: string;
  dataDir: string;
  keyFile: string;
  /** Modules that register panel steps. */
  modules: string[];
  /** Default: as long as a panel waits. */
  nodeWaitMs?: number;
}

const NODE_WAIT_MS = 10 * 60_000;

/** How an engine's life ends by itself: at a point of a task, by SIGKILL or frozen by SIGSTOP. */
export type Crash = `${"kill" | "stop"}@${string}`;

/** An engine in a process of its own. */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly output: string[] = [];
  readonly #exit: Promise<unknown>;

  constructor(env: EngineEnv, crash: Crash | null) {
    const own: Record<string, string> = {
      DATABASE_URL: env.databaseUrl,
      SPINDLE_DATA: env.dataDir,
      SPINDLE_KEY_FILE: env.keyFile,
      SPINDLE_LOG: "warn",
    };
    if (crash) own.SPINDLE_CRASH_AT = crash;
    const script = join(ROOT, "e2e/engine/engine-process.ts");
    const args = [
      "--disable-warning=ExperimentalWarning",
      script,
      String(env.nodeWaitMs ?? NODE_WAIT_MS),
      ...env.modules,
    ];
    this.#child = spawn(process.execPath, args, { env: childEnv(own), stdio: ["ignore", "pipe", "pipe"] });
    this.#exit = once(this.#child, "exit");
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", (line) => this.output.push(line));
    }
  }

  /** `killed`: gone; `stopped`: frozen; `up`: neither. */
  get state(): "killed" | "stopped" | "up" {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return "killed";
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2)[0] === "T" ? "stopped" : "up";
  }

  get exit(): { code: number | null; signal: NodeJS.Signals | null } {
    return { code: this.#child.exitCode, signal: this.#child.signalCode };
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    if (this.state === "killed") return;
    this.#child.kill("SIGKILL");
    await this.#exit;
  }

  /** Waits until the process has reached its crash point; throws after the deadline, or when it ended otherwise. */
  async crashed(deadlineMs: number): Promise<void> {
    for (const end = Date.now() + deadlineMs; this.state === "up"; await sleep(20)) {
      if (Date.now() > end) throw new Error(`the engine did not come to its crash point:\n${this.output.join("\n")}`);
    }
    if (this.state === "killed" && this.exit.signal !== "SIGKILL") {
      throw new Error(`the engine ended with ${this.exit.code}:\n${this.output.join("\n")}`);
    }
  }
}
