import { loadavg } from "node:os";
import { type Browser, chromium, type Page } from "@playwright/test";
import globalSetup from "../e2e/fixtures/global-setup.ts";
import { signInContext } from "../e2e/fixtures/test.ts";
import { joinedPanel, type SceneName } from "../e2e/support/joined.ts";
import { nodesDown } from "../e2e/support/nodes.ts";
import { openNewDrive } from "../e2e/verbs/drives.ts";
import type { LabNode } from "../lab/index.ts";
import { connect as connectDatabase } from "../lib/db/client.ts";
import type { Plan } from "../lib/domain/plan.ts";
import { en } from "../lib/messages/en.ts";
import { driveIdOf, newRequestKey } from "../lib/services/drives/ids.ts";
import { forgetRecords } from "../lib/plans/unit.ts";
import { type Connection, connect } from "../lib/ssh/connection.ts";
import config from "../playwright.config.ts";
import { nodeSteps, planFor, runTyped, unitsMs } from "./raw-plan.ts";
import type { Benchmark } from "./run.ts";
import { percentile } from "./statistics.ts";
import { breakdown, type Watched, watchPlan } from "./watched-task.ts";

/** Storages by the word of their kind, and the scene they are in. */
const STORAGES = {
  file: { name: "files", scene: "joined-lvm" },
  lvm: { name: "group", scene: "joined-lvm" },
  "network-lvm": { name: "shared", scene: "joined-san" },
} as const;
type Kind = keyof typeof STORAGES;
const VERBS = ["create", "grow", "delete"] as const;
type Verb = (typeof VERBS)[number];

const MIB = 64;
const GROWN_MIB = 128;
/** After a change the panel looks at the storage: neither side is measured against that, and a plan is read first. */
const QUIET_MS = 4_000;

interface Stage {
  page: Page;
  /** Of the panel that is measured. */
  databaseUrl: string;
  /** Where drives are made, where there is a choice. */
  node: LabNode;
  connection: Connection;
  /** To every node, by its address. */
  connections: ReadonlyMap<string, Connection>;
}

/** The drive of one round: the panel's, and the one that the script works on. */
interface Round {
  storage: string;
  /** All nodes see it, so none is chosen. */
  isShared: boolean;
  label: string;
  typedId: string;
  /** Known once it is made. */
  panelId: string;
}

/** One change done both ways. Milliseconds. */
interface Pair {
  watched: Watched;
  plan: Plan;
  typedMs: number;
  /** Of as many units as steps ran, with nothing in them. */
  unitsMs: number;
  /** Of the request that removes a task's records, where there are none. */
  forgetMs: number;
}

/** The whole plan of a task, with its checks: no page is sent that. */
async function planOf({ databaseUrl }: Stage, taskId: string): Promise<Plan> {
  const sql = connectDatabase(databaseUrl, 1);
  try {
    const [row] = await sql<{ plan: Plan }[]>`select plan from tasks where id = ${taskId}`;
    if (!row) throw new Error(`no task ${taskId}`);
    return row.plan;
  } finally {
    await sql.end();
  }
}

async function openForm(
  { page, node }: Stage,
  verb: Verb,
  { storage, label, panelId, isShared }: Round,
): Promise<void> {
  if (verb === "create") {
    await page.goto("/");
    await openNewDrive(page, { storage, label, mib: MIB, ...(isShared ? {} : { node }) });
    return;
  }
  await page.goto(`/drives/change?do=${verb}&ids=${panelId}`);
  if (verb === "grow") await page.getByLabel(en.drives.form.newSize).fill(String(GROWN_MIB));
  else await page.getByLabel(`Type ${label} to confirm`).fill(label);
}

const BUTTON = { create: "Create the drive", grow: "Grow the drive", delete: "Delete the drive" } as const;

/** The panel's drive first, then the same plan typed for the other one, each on a node that is at rest. */
async function measure(stage: Stage, verb: Verb, round: Round): Promise<Pair> {
  const { page, connection, connections } = stage;
  await openForm(stage, verb, round);
  await page.waitForTimeout(QUIET_MS);
  const watched = await watchPlan(page, BUTTON[verb]);
  const { id, steps } = watched.task;
  const plan = await planOf(stage, id);
  round.panelId ||= nodeSteps(plan)[0]?.id.replace(/\..*$/, "") ?? "";
  await page.waitForTimeout(QUIET_MS);
  const { ms, states } = await runTyped(connections, planFor(plan, round.panelId, round.typedId));
  const own = steps.filter(({ position }) => plan.steps[position]?.kind === "node").map(({ state }) => state);
  if (states.join() !== own.join()) throw new Error(`${verb}: the panel's steps ${own}, as a script ${states}`);
  return {
    ...{ watched, plan, typedMs: ms, unitsMs: await unitsMs(connection, states.length) },
    forgetMs: await forgetMs(connection),
  };
}

async function forgetMs(connection: Connection): Promise<number> {
  const begun = performance.now();
  await forgetRecords(connection, { panelId: "bench", epoch: 1 }, "bench");
  return performance.now() - begun;
}

const ratioOf = ({ watched, typedMs }: Pair) => watched.ms / typedMs;
/** What no panel can be under that runs each step as a unit. */
const leastOf = ({ typedMs, unitsMs: units }: Pair) => (typedMs + units) / typedMs;
const overScriptOf = ({ watched, typedMs }: Pair) => watched.ms - typedMs;
/** Click to done, but for what was waited for on the node: the steps' own spans, and the removal of their records. */
function panelMsOf({ watched, plan, forgetMs: forget }: Pair): number {
  const spans = watched.task.steps.map(({ position, startedAt, endedAt }) =>
    plan.steps[position]?.kind === "node" && startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : 0,
  );
  return watched.ms - spans.reduce((sum, span) => sum + span, 0) - forget;
}

function sayPair(say: (line: string) => void, name: string, pair: Pair): void {
  const [panel, typed] = [Math.round(pair.watched.ms), Math.round(pair.typedMs)];
  say(
    `${name}: ${panel} ms, as a script ${typed} ms: ${ratioOf(pair).toFixed(2)}, with empty units ${leastOf(pair).toFixed(2)}; load ${loadavg()[0]?.toFixed(1)}`,
  );
}

const rounded = (value: number | null, digits: number) => (value === null ? null : Number(value.toFixed(digits)));

function figuresOf(pairs: readonly Pair[]) {
  return {
    ratio_p50: rounded(percentile(pairs.map(ratioOf), 0.5), 2),
    least_ratio_p50: rounded(percentile(pairs.map(leastOf), 0.5), 2),
    panel_ms_p50: rounded(percentile(pairs.map(panelMsOf), 0.5), 0),
    over_script_ms_p50: rounded(percentile(pairs.map(overScriptOf), 0.5), 0),
    n: pairs.length,
  };
}

/** Rounds of create, grow and delete on one storage; the first one warms everything up and does not count. */
async function rounds(stage: Stage, kind: Kind, times: number, say: (line: string) => void) {
  const pairs: Record<Verb, Pair[]> = { create: [], grow: [], delete: [] };
  for (let time = 0; time <= times; time += 1) {
    const label = `${kind}-${time}`;
    const typedId = driveIdOf("bench", newRequestKey(), 0);
    const { name: storage, scene } = STORAGES[kind];
    const round = { ...{ storage, label, typedId, panelId: "" }, isShared: scene === "joined-san" };
    for (const verb of VERBS) {
      const pair = await measure(stage, verb, round);
      if (time > 0) pairs[verb].push(pair);
      sayPair(say, `${kind} ${verb} ${time === 0 ? "warm-up" : `${time}/${times}`}`, pair);
    }
  }
  for (const verb of VERBS) {
    say(`${kind} ${verb}, medians since the click:`);
    for (const line of breakdown(pairs[verb].map(({ watched }) => watched))) say(line);
  }
  return { create: figuresOf(pairs.create), grow: figuresOf(pairs.grow), delete: figuresOf(pairs.delete) };
}

async function openStage(browser: Browser, scene: SceneName): Promise<{ stage: Stage; end: () => Promise<void> }> {
  const { lab, panel } = await joinedPanel(browser, scene);
  const connections = new Map<string, Connection>();
  for (const node of lab.nodes) {
    const { address, port, user, rootPassword: password } = node;
    const fingerprint = await node.hostKeyFingerprint();
    connections.set(address, await connect({ address, port, user, fingerprint, credential: { password } }));
  }
  const context = await browser.newContext({ baseURL: panel.url });
  await signInContext(context, panel);
  const node = lab.nodes[0] as LabNode;
  const stage = {
    ...{ page: await context.newPage(), databaseUrl: panel.databaseUrl ?? "", node, connections },
    connection: connections.get(node.address) as Connection,
  };
  const end = async () => {
    for (const connection of connections.values()) connection.close();
    await context.close();
    await panel.stop();
  };
  return { stage, end };
}

/**
 * What a drive of 64 MiB (grown to 128) takes through the panel, against the plan's own commands and checks typed as one
 * script over an open SSH connection, one after the other on the same node, each on its own drive.
 * - `ratio_p50`: median over the pairs of click to done ÷ script. Click: the browser's time of the click on the button
 *   that confirms the shown plan. Done: the change of the page that shows the word, noted by an observer within it.
 * - `least_ratio_p50`: the same for the script with an empty unit of systemd for each step: below it is no panel whose
 *   steps outlive its connection.
 * - `panel_ms_p50`: median of click to done without what is waited for on the node: the steps' spans by their rows, and
 *   one request that removes records, timed in the same round.
 * - `over_script_ms_p50`: median of click to done less the script's time. It holds what units, records and requests over
 *   SSH take on the node as well.
 */
export const drives: Benchmark = async ({ times, only, say }) => {
  const endRun = await globalSetup();
  const browser = await chromium.launch(config.use?.launchOptions);
  const figures: Record<string, unknown> = {};
  try {
    for (const scene of ["joined-lvm", "joined-san"] as const) {
      const kinds = (Object.keys(STORAGES) as Kind[]).filter((kind) => STORAGES[kind].scene === scene);
      const wanted = kinds.filter((kind) => only.length === 0 || only.includes(kind));
      if (wanted.length === 0) continue;
      const { stage, end } = await openStage(browser, scene);
      for (const kind of wanted) figures[kind] = await rounds(stage, kind, times, say);
      await end();
    }
  } finally {
    await browser.close();
    await nodesDown();
    await endRun();
  }
  return figures;
};
