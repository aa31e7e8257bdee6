import { type ErrorCode, type ErrorView, PanelError } from "../domain/errors.ts";
import type { Command, Failure, NodeStep, PlanTarget } from "../domain/plan.ts";
import { renderCommand } from "../domain/render-command.ts";
import { type Text, text } from "../domain/text.ts";
import { log } from "../log.ts";

const SHOWN_OUTPUT = 4_000;
/** What timeout(1) answers when the deadline has passed: what it ended by TERM, and what it had to KILL. */
const TIMEOUT_CODES = [124, 137];

/** A process that was killed can hang in a write, and finish it once its device answers again. */
const OPEN_ENDS: readonly string[] = ["outcome-unknown", "timeout"] satisfies ErrorCode[];

/** Whether something of the step may still run on its node: nobody has read how it ended, or it was stopped at its deadline. */
export const isOpenEnd = (error: ErrorView | null | undefined): boolean =>
  error != null && OPEN_ENDS.includes(error.code);

/** The same words for what keeps an end from being known. */
export const asOpenEnd = (error: ErrorView): ErrorView =>
  isOpenEnd(error) ? error : { ...error, code: "outcome-unknown" };

interface Place {
  target: PlanTarget;
  command: Command;
  failures?: Failure[] | undefined;
}

/** The words of a known way to fail; null when what was printed names none. */
function known(failures: Failure[] | undefined, output: string): Pick<ErrorView, "message" | "hint"> | null {
  const failure = failures?.find(({ match }) => output.includes(match));
  return failure ? { message: failure.message, ...(failure.hint ? { hint: failure.hint } : {}) } : null;
}

function commandView({ target, command }: Place, exitCode: number | null, output: string): ErrorView["command"] {
  return { node: target.label, command: renderCommand(command), exitCode, output: output.slice(-SHOWN_OUTPUT) };
}

/** The command ended with another code than 0. */
export function exitError(place: Place, exitCode: number, output: string): ErrorView {
  const node = place.target.label;
  const command = commandView(place, exitCode, output);
  if (TIMEOUT_CODES.includes(exitCode)) {
    return {
      code: "timeout",
      message: text("task.step-timeout", { node }),
      hint: text("task.step-timeout-hint"),
      command,
    };
  }
  const generic = { message: text("task.step-exit", { node, code: exitCode }), hint: text("task.step-exit-hint") };
  return { code: "command-failed", ...(known(place.failures, output) ?? generic), command };
}

/** The command ended well, and its effect is not there. */
export function noEffectError(place: Place, output: string): ErrorView {
  return {
    code: "command-failed",
    message: text("task.no-effect", { node: place.target.label }),
    hint: text("task.no-effect-hint"),
    command: commandView(place, 0, output),
  };
}

/** What had to be true right before the command was not: nothing has run. */
export function refusedError(target: PlanTarget, step: NodeStep, exitCode: number, output: string): ErrorView {
  const command = step.precondition?.command ?? step.command;
  const generic = { message: text("task.precondition", { node: target.label }), hint: text("task.precondition-hint") };
  return {
    code: "conflict",
    ...(known(step.failures, output) ?? generic),
    command: commandView({ target, command }, exitCode, output),
  };
}

/** What an undo had to prove first could not be proven: the thing stays. */
export function proofError(place: Place, exitCode: number, output: string): ErrorView {
  return {
    code: "not-empty",
    message: text("task.proof", { node: place.target.label }),
    hint: text("task.proof-hint"),
    command: commandView(place, exitCode, output),
  };
}

/** systemd did not start the unit: nothing has run. */
export function unstartableError(place: Place, output: string): ErrorView {
  return {
    code: "command-failed",
    message: text("task.unstartable", { node: place.target.label }),
    hint: text("task.unstartable-hint"),
    command: commandView(place, null, output),
  };
}

/** Somebody has taken the panel over, and the node has heard of it: nothing has run. */
export function supersededError({ label: node }: PlanTarget, { epoch }: { epoch: number }, seen: number): ErrorView {
  const values = { node, epoch, seen };
  return {
    code: "conflict",
    message: text("task.superseded", values),
    hint: text("task.superseded-hint", values),
  };
}

/** It began, and what it did can't be told: the node was restarted, or can't be asked. */
export function unknownError(place: Place, cause?: ErrorView): ErrorView {
  return {
    code: "outcome-unknown",
    message: cause?.message ?? text("task.interrupted", { node: place.target.label }),
    hint: text("task.interrupted-hint"),
    command: commandView(place, null, ""),
  };
}

/** An expected failure as it is; a defect is logged, and shown without its words. */
export function viewOf(error: unknown, taskId: string): ErrorView {
  if (error instanceof PanelError) return error.view;
  log.error("a step failed by a defect", { taskId, error });
  return { code: "internal", message: text("errors.internal") };
}

export function waitingText(target: PlanTarget): Text {
  return text("task.waiting", { node: target.label });
}
