import type { Check, Command, NodeStep, Plan } from "../lib/domain/plan.ts";
import type { Connection } from "../lib/ssh/connection.ts";
import { quote, quoteAll } from "../lib/ssh/quote.ts";
import { run } from "../lib/ssh/run.ts";

const MOST_MS = 240_000;

/** The steps of a plan that run on nodes, in order. */
export const nodeSteps = (plan: Plan): NodeStep[] => plan.steps.filter((step) => step.kind === "node");

/** The same plan about another drive: its id stands in arguments, paths and lines that are written. */
export function planFor(plan: Plan, from: string, to: string): Plan {
  return JSON.parse(JSON.stringify(plan).replaceAll(from, to)) as Plan;
}

function lineOf({ argv, stdin }: Command): string {
  if (stdin !== undefined) throw new Error("a command with standard input is not typed as a line");
  return `${quoteAll(argv)} </dev/null`;
}

/** A check as the unit takes it: its code, then what it printed where that counts. What it printed stays in `seen`. */
function condition({ command, code = 0, stdout }: Check): string {
  const asked = `seen=$(${lineOf(command)} 2>/dev/null); [ $? = ${code} ]`;
  return stdout === undefined ? `{ ${asked}; }` : `{ ${asked} && [ "$seen" = ${quote(stdout.trim())} ]; }`;
}

function typed({ alreadyDone, precondition, command }: NodeStep): string {
  const guard = precondition ? `${condition(precondition)} || { printf '%s\\n' "$seen" >&2; exit 1; }\n` : "";
  const act = `${guard}${lineOf(command)} >&2 || exit\necho done`;
  return alreadyDone ? `if ${condition(alreadyDone)}; then echo skipped; else\n${act}\nfi\n` : `${act}\n`;
}

/** One script for `sh`: of each step a word, `done` or `skipped`; what commands print goes to standard error. */
const scriptOf = (steps: readonly NodeStep[]): string => steps.map(typed).join("");

/** Steps of one node in a row, as they are typed there at once; where nodes wait for each other, one after the other. */
function turnsOf(plan: Plan): NodeStep[][] {
  const turns: NodeStep[][] = [];
  for (const step of nodeSteps(plan)) {
    const last = turns.at(-1);
    if (last?.[0]?.target === step.target) last.push(step);
    else turns.push([step]);
  }
  return turns;
}

/**
 * Types what a plan does on its nodes as scripts over open connections: each step's `alreadyDone`, `precondition`
 * and command, in order, as the unit runs them but without unit, record, journal and deadlines. `connections`: by the node's
 * address. Answers with milliseconds by this process's clock, from the request of the channel to its end, and with
 * what became of each step.
 */
export async function runTyped(
  connections: ReadonlyMap<string, Connection>,
  plan: Plan,
): Promise<{ ms: number; states: string[] }> {
  const states: string[] = [];
  let ms = 0;
  for (const steps of turnsOf(plan)) {
    const place = plan.targets.find(({ key }) => key === steps[0]?.target);
    const connection = connections.get(place?.address ?? "");
    if (!connection) throw new Error(`no connection to ${place?.address}`);
    const begun = performance.now();
    const { code, stdout, stderr } = await run(
      connection,
      { argv: ["sh", "-c", scriptOf(steps)], timeoutMs: MOST_MS },
      { effect: "change" },
    );
    ms += performance.now() - begun;
    if (code !== 0) throw new Error(`${plan.kind} as a script ended with ${code}: ${stderr}`);
    states.push(...stdout.trim().split("\n"));
  }
  return { ms, states };
}

/**
 * What it takes at least to run so many commands as units of systemd, one after the other over an open connection, each
 * of them nothing: milliseconds, without what a request over SSH takes by itself.
 */
export async function unitsMs(connection: Connection, count: number): Promise<number> {
  const timed = async (script: string) => {
    const begun = performance.now();
    const { code, stderr } = await run(connection, { argv: ["sh", "-c", script] }, { effect: "change" });
    if (code !== 0) throw new Error(`units could not be started: ${stderr}`);
    return performance.now() - begun;
  };
  const one = "systemd-run --quiet --collect --service-type=exec -- /bin/true\n";
  return (await timed(one.repeat(count))) - (await timed(":"));
}
