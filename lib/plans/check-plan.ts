import { type Check, type Command, type NodeStep, PLAN_FORMAT, type Plan } from "../domain/plan.ts";

function checkCommand({ argv }: Command, where: string): void {
  const [program] = argv;
  if (!program || program.startsWith("-")) throw new Error(`${where}: a command starts with a program`);
  if (argv.some((argument) => argument.includes("\0"))) throw new Error(`${where}: an argument holds a NUL`);
}

function checkCheck(check: Check | undefined, where: string): void {
  if (!check) return;
  checkCommand(check.command, where);
  if (check.command.stdin !== undefined) throw new Error(`${where}: a check takes no standard input`);
}

function checkNodeStep(step: NodeStep, targets: ReadonlySet<string>, first: boolean): void {
  const where = `step ${step.id}`;
  for (const key of [step.target, step.proves ?? step.target])
    if (!targets.has(key)) throw new Error(`${where}: the plan has no target ${key}`);
  if (step.access && !first) throw new Error(`${where}: the way in comes first on its node`);
  checkCommand(step.command, where);
  checkCheck(step.alreadyDone, where);
  checkCheck(step.precondition, where);
  if (step.isReadBack && !step.alreadyDone) throw new Error(`${where}: nothing says how it is read back`);
  if ("none" in step.undo) return;
  if (step.exit) throw new Error(`${where}: who has no way in undoes nothing`);
  checkCommand(step.undo.command, `${where}, undo`);
  checkCheck(step.undo.proof, `${where}, proof`);
}

/** Throws where a plan can't be run as it is: a mistake of whoever built it. */
export function checkPlan(plan: Plan): void {
  if (plan.format !== PLAN_FORMAT)
    throw new Error(`This release runs plans of format ${PLAN_FORMAT}, not ${plan.format}`);
  const loose = (plan.holds ?? []).find((key) => !plan.locks.includes(key));
  if (loose !== undefined) throw new Error(`${loose} is held and not locked`);
  const targets = new Set(plan.targets.map(({ key }) => key));
  if (targets.size !== plan.targets.length) throw new Error("two targets of one key");
  const ids = new Set<string>();
  const seen = new Set<string>();
  const left = new Set<string>();
  for (const step of plan.steps) {
    if (ids.has(step.id)) throw new Error(`two steps of the id ${step.id}`);
    ids.add(step.id);
    if (step.kind !== "node") continue;
    checkNodeStep(step, targets, !seen.has(step.target));
    if (left.has(step.target)) throw new Error(`step ${step.id}: the panel has no way in any more`);
    if (step.exit) left.add(step.target);
    seen.add(step.target);
  }
}
