import type { Check, Command, NodeStep } from "../../domain/plan.ts";

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs one command on a node and answers however it ended. */
export type Run = (command: Command) => Promise<Ended>;

export interface Performed {
  id: string;
  state: "done" | "skipped" | "refused" | "failed";
  output: string;
}

/** Whether nothing stood in the way: every step was run, or its effect was there. */
export const wentWell = (performed: readonly Performed[]) =>
  performed.every(({ state }) => state === "done" || state === "skipped");

export async function passes(run: Run, check: Check): Promise<boolean> {
  const { code, stdout } = await run(check.command);
  return code === (check.code ?? 0) && (check.stdout === undefined || stdout.trim() === check.stdout.trim());
}

/** Steps as the engine runs them: what is there already is skipped, what can't be proven is refused, then the rest is not run. */
export async function perform(run: Run, steps: readonly NodeStep[]): Promise<Performed[]> {
  const performed: Performed[] = [];
  for (const step of steps) {
    const { id } = step;
    if (step.alreadyDone && (await passes(run, step.alreadyDone))) {
      performed.push({ id, state: "skipped", output: "" });
      continue;
    }
    if (step.precondition) {
      const proof = await run(step.precondition.command);
      if (proof.code !== (step.precondition.code ?? 0)) {
        performed.push({ id, state: "refused", output: proof.stdout + proof.stderr });
        break;
      }
    }
    const ended = await run(step.command);
    const output = ended.stdout + ended.stderr;
    const isLost = ended.code === 0 && step.isReadBack && step.alreadyDone && !(await passes(run, step.alreadyDone));
    const state = ended.code === 0 && !isLost ? "done" : "failed";
    performed.push({ id, state, output });
    if (state === "failed") break;
  }
  return performed;
}

/** Undoes steps in reverse, as the engine does; answers with those that had to stay. */
export async function takeBack(run: Run, steps: readonly NodeStep[]): Promise<Performed[]> {
  const left: Performed[] = [];
  for (const { id, undo } of steps.toReversed()) {
    if ("none" in undo) continue;
    const proof = undo.proof && (await run(undo.proof.command));
    if (proof && proof.code !== (undo.proof?.code ?? 0)) {
      left.push({ id, state: "refused", output: proof.stdout + proof.stderr });
      continue;
    }
    const { code, stdout, stderr } = await run(undo.command);
    if (code !== 0) left.push({ id, state: "failed", output: stdout + stderr });
  }
  return left;
}
