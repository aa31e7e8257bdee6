import type { Text } from "./text.ts";

/**
 * A plan is data: what will run, where, in which order, and what undoes it. It is shown before it runs, what runs is
 * what was shown, and it survives the panel. A plan never holds a secret, only references to rows of `secrets`.
 */
export const PLAN_FORMAT = 1;

/** One argument: plain, or a secret opened by the executor at the moment of the run (allowed as stdin only). */
export interface SecretRef {
  secret: string;
}

/**
 * A command is argv, never a shell line. A small fixed script is `["sh", "-c", SCRIPT, "spindle", ...values]`: values
 * travel as positional parameters, never inside the script.
 */
export interface Command {
  argv: string[];
  /** Sent on standard input. A secret travels only this way; of several each is a line. */
  stdin?: string | SecretRef | SecretRef[];
  /** Deadline on the node, in milliseconds. Default: 60 s for changes, 20 s for reads. */
  timeoutMs?: number;
}

/** A read whose outcome proves something; it takes no standard input. Passes when the exit code is `code` (default 0) and stdout, trimmed, equals `stdout` where given. */
export interface Check {
  command: Command;
  code?: number;
  stdout?: string;
}

/**
 * How a step is undone. The command ends with 0 when there is nothing to undo: it also runs after a step that was cut
 * short. `proof` must pass before an undo that could destroy anything runs; else the thing stays and is shown as left. */
export interface Undo {
  title: Text;
  command: Command;
  proof?: Check;
}

/** What it means when a command or its precondition printed `match`: words for a person instead of an exit code. */
export interface Failure {
  match: string;
  message: Text;
  hint?: Text;
}

/** A step on a node: one command, recorded there as a transient systemd unit. */
export interface NodeStep {
  kind: "node";
  id: string;
  /** Key of the plan's target, see `PlanTarget`. */
  target: string;
  title: Text;
  command: Command;
  /** Passes when the step's effect is already there: the step then counts as done without running. */
  alreadyDone?: Check;
  /** Must pass right before the command runs: identity, emptiness. A failure fails the step and nothing has run. */
  precondition?: Check;
  undo: Undo | { none: Text };
  /**
   * In a plan over several nodes: it begins once every step of an earlier stage is done, on whichever node. Default: 0.
   * Whoever makes the plan turns stages into meetings, see `inStages`.
   */
  stage?: number;
  /** It proves something, or clears what nothing needs any more: done, it leaves nothing to take back. */
  isProof?: true;
  /** Afterwards `alreadyDone` must pass as well: a command that ended well, and has left nothing, has failed. */
  isReadBack?: true;
  /** Known ways to fail, the first that matches counts. */
  failures?: Failure[];
  /**
   * This step lets the panel in with `keySecret`, and its undo takes that away. It is the target's first step. After it
   * the key is proven by signing in with it; after its undo a refused sign-in proves the undo.
   */
  access?: true;
  /** Key of another target: after this step the panel signs in as that one, which proves its way in before anybody relies on it. */
  proves?: string;
  /**
   * This step takes away the panel's way in. It is its target's last, it removes the task's records itself, and a
   * refused sign-in proves it. Once it is done there is no way back: see `isFinal`.
   */
  exit?: true;
}

/** A step in the panel's own database: the name of a registered handler and its input. It runs in one transaction with its journal row. */
export interface PanelStep {
  kind: "panel";
  id: string;
  title: Text;
  action: string;
  input: Record<string, unknown>;
  undo: { title: Text; action: string; input: Record<string, unknown> } | { none: Text };
  /** Once it is done there is no way back: see `isFinal`. */
  final?: true;
}

export type Step = NodeStep | PanelStep;

/**
 * Whether there is no way back once this step is done: what was done up to here stays done whatever becomes of the
 * rest, and the task is not cancelled any more.
 */
export function isFinal(step: Step): boolean {
  return step.kind === "panel" ? step.final === true : step.exit === true;
}

/** A machine that a plan talks to. Credentials stand in `secrets`, by reference; a member is reached by its node id. */
export interface PlanTarget {
  key: string;
  /** Shown to people: the node's name or address. */
  label: string;
  address: string;
  port: number;
  user: string;
  /** `SHA256:…` of the pinned host key. */
  fingerprint: string;
  nodeId: string;
  /** Which secret signs in, first that exists: the node's own key, then the join password. */
  keySecret?: string;
  passwordSecret?: string;
}

/**
 * Steps run in order within a target, targets beside each other; a panel step waits for everything before it and
 * everything after it waits for it. If a step fails, all done steps are undone in reverse, as far back as the last final one.
 */
export interface Plan {
  format: typeof PLAN_FORMAT;
  kind: string;
  title: Text;
  targets: PlanTarget[];
  steps: Step[];
  /** Keys held while the task runs: two tasks that share one never run at once, the second is refused at once. */
  locks: string[];
  /**
   * Those of `locks` that outlive the task while it is not known what a step on a node did: whoever would be next could write
   * beside it. Nothing but a proof lets them go.
   */
  holds?: string[];
  /** Said in the preview: what stays as it is, what can't be known before. */
  notes: Text[];
}

export const TASK_STATES = ["queued", "running", "undoing", "done", "undone", "failed", "cancelled"] as const;
/** `undone`: it failed and everything was taken back. `failed`: something is left, and the task says what. */
export type TaskState = (typeof TASK_STATES)[number];

export const STEP_STATES = ["pending", "running", "done", "failed", "skipped", "undoing", "undone", "left"] as const;
/** `skipped`: its effect was there already, so its undo does not run. `left`: the undo was refused or failed, with the reason. */
export type StepState = (typeof STEP_STATES)[number];

export const TASK_ENDED: readonly TaskState[] = ["done", "undone", "failed", "cancelled"];
