import { type ErrorView, PanelError } from "../domain/errors.ts";
import type { Command, NodeStep, PlanTarget } from "../domain/plan.ts";
import { renderCommand } from "../domain/render-command.ts";
import { type Text, text } from "../domain/text.ts";
import { log } from "../log.ts";

const SHOWN_OUTPUT = 4_000;
/** What timeout(1) answers when the deadline has passed. */
const TIMEOUT_CODE = 124;

interface Place {
  target: PlanTarget;
  command: Command;
}

function commandView({ target, command }: Place, exitCode: number | null, output: string): ErrorView["command"] {
  return { node: target.label, command: renderCommand(command), exitCode, output: output.slice(-SHOWN_OUTPUT) };
}

/** The command ended with another code than 0. */
export function exitError(place: Place, exitCode: number, output: string): ErrorView {
  const node = place.target.label;
  const command = commandView(place, exitCode, output);
  if (exitCode === TIMEOUT_CODE) {
    return {
      code: "timeout",
      message: text("task.step-timeout", { node }),
      hint: text("task.step-timeout-hint"),
      command,
    };
  }
  return {
    code: "command-failed",
    message: text("task.step-exit", { node, code: exitCode }),
    hint: text("task.step-exit-hint"),
    command,
  };
}

/** What had to be true right before the command was not: nothing has run. */
export function refusedError(target: PlanTarget, step: NodeStep, exitCode: number, output: string): ErrorView {
  const command = step.precondition?.command ?? step.command;
  return {
    code: "conflict",
    message: text("task.precondition", { node: target.label }),
    hint: text("task.precondition-hint"),
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
