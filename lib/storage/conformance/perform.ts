import type { Check, Command, NodeStep } from "../../domain/plan.ts";

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs one command on a node and answers however it ended. `target`: the node's key in the plan, where there are several. */
export type Run = (command: Command, target: string) => Promise<Ended>;

export interface Performed {
  id: string;
  state: "done" | "skipped" | "refused" | "failed";
  output: string;
}

/** Whether nothing stood in the way: every step was run, or its effect was there. */
export const wentWell = (performed: readonly Performed[]) =>
  performed.every(({ state }) => state === "done" || state === "skipped");

async function passes(run: Run, check: Check, target: string): Promise<boolean> {
  const { code, stdout } = await run(check.command, target);
  return code === (check.code ?? 0) && (check.stdout === undefined || stdout.trim() === check.stdout.trim());
}

/** In the order in which the engine runs them, whoever's node they are on. */
const inStages = (steps: readonly NodeStep[]) => steps.toSorted((a, b) => (a.stage ?? 0) - (b.stage ?? 0));

/** Steps as the engine runs them: what is there already is skipped, what can't be proven is refused, then the rest is not run. */
export async function perform(run: Run, steps: readonly NodeStep[]): Promise<Performed[]> {
  const performed: Performed[] = [];
  for (const step of inStages(steps)) {
    const { id, target } = step;
    if (step.alreadyDone && (await passes(run, step.alreadyDone, target))) {
      performed.push({ id, state: "skipped", output: "" });
      continue;
    }
    if (step.precondition) {
      const proof = await run(step.precondition.command, target);
      if (proof.code !== (step.precondition.code ?? 0)) {
        performed.push({ id, state: "refused", output: proof.stdout + proof.stderr });
        break;
      }
    }
    const ended = await run(step.command, target);
    const output = ended.stdout + ended.stderr;
    const isLost =
      ended.code === 0 && step.isReadBack && step.alreadyDone && !(await passes(run, step.alreadyDone, target));
    const state = ended.code === 0 && !isLost ? "done" : "failed";
    performed.push({ id, state, output });
    if (state === "failed") break;
  }
  return performed;
}

/** Undoes steps in reverse, as the engine does; answers with those that had to stay. */
export async function takeBack(run: Run, steps: readonly NodeStep[]): Promise<Performed[]> {
  const left: Performed[] = [];
  for (const { id, undo, target } of inStages(steps).toReversed()) {
    if ("none" in undo) continue;
    const proof = undo.proof && (await run(undo.proof.command, target));
    if (proof && proof.code !== (undo.proof?.code ?? 0)) {
      left.push({ id, state: "refused", output: proof.stdout + proof.stderr });
      continue;
    }
    const { code, stdout, stderr } = await run(undo.command, target);
    if (code !== 0) left.push({ id, state: "failed", output: stdout + stderr });
  }
  return left;
}
