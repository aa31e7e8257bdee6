/**
 * `npm test`: check, unit tests, database tests, browser tests, tests on real nodes. As root on Debian it installs what
 * it needs and names it first. Goes through every stage, prints the minutes of each file, writes report/tests.json, and
 * ends with the line "N passed, N failed". `--full` adds the long suites on nodes: outcomes of tasks and joins, all faults,
 * every point of the kill loops; it takes hours, so `--full STAGE…` runs some stages of it.
 */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { ensureHost, runHere } from "./prerequisites.ts";
import {
  failureLines,
  minutesByFile,
  readPlaywright,
  readVitest,
  type TestResult,
  treeState,
  writeFullRun,
  writeReport,
} from "./test-report.ts";

interface Stage {
  name: string;
  argv: string[];
  report?: (file: string) => TestResult[];
}

const node = process.execPath;
const full = process.argv[2] === "--full";
const wanted = process.argv.slice(full ? 3 : 2);
const env: Record<string, string> = full ? { SPINDLE_TEST_FULL: "1" } : {};
const vitest = (project: string, file: string, only: readonly string[] = []) => [
  node,
  "node_modules/.bin/vitest",
  "run",
  ...only,
  "--project",
  project,
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${file}`,
];
const playwright = (project: string) => [
  node,
  "node_modules/.bin/playwright",
  "test",
  "--project",
  project,
  "--reporter=list,json",
];

const fromVitest = (file: string) => readVitest(file, process.cwd());
const fromPlaywright = (file: string) => readPlaywright(file, process.cwd());

/** A task killed at points of its plan: over a real creation or join at every landing, in full over a sample plan, a node’s life, drives, storages and a SAN’s as well. */
const LOOPS = ["kill-join", "engine", "kill-node-life", "kill-drives", "kill-storages", "kill-san"].map(
  (name) => `e2e/engine/${name}`,
);
/** What else is asked of real nodes at every landing; `--full` takes all files. */
const NODES = ["e2e/live/hostile", "e2e/engine/ssh", "lib/storage/conformance/drives"];
const butLoops = LOOPS.flatMap((file) => ["--exclude", `${file}.lab.test.ts`]);

const allStages: Stage[] = [
  { name: "check", argv: [node, "bin/check.ts"] },
  { name: "features", argv: [node, "bin/features.ts", "--verify"] },
  { name: "unit", argv: vitest("unit", "report/unit.json"), report: fromVitest },
  { name: "db", argv: vitest("db", "report/db.json"), report: fromVitest },
  { name: "panel", argv: playwright("panel"), report: fromPlaywright },
  { name: "lab", argv: playwright("lab"), report: fromPlaywright },
  {
    name: "nodes",
    argv: full ? [...vitest("lab", "report/nodes.json"), ...butLoops] : vitest("lab", "report/nodes.json", NODES),
    report: fromVitest,
  },
  {
    name: "kill-loops",
    argv: vitest("lab", "report/kill-loops.json", full ? LOOPS : LOOPS.slice(0, 1)),
    report: fromVitest,
  },
  // Every fault in the browser: what takes longer than a landing may.
  ...(full ? [{ name: "lab-full", argv: playwright("lab-full"), report: fromPlaywright }] : []),
];
const unknown = wanted.filter((name) => !allStages.some((stage) => stage.name === name));
if (unknown.length > 0 || (wanted.length > 0 && !full)) {
  console.error(`usage: npm test, or npm run test:full -- [${allStages.map(({ name }) => name).join(" | ")}]…`);
  process.exit(2);
}
const stages = allStages.filter(({ name }) => wanted.length === 0 || wanted.includes(name));

function runStage(stage: Stage): { results: TestResult[]; failed: boolean } {
  const file = `report/${stage.name}.json`;
  rmSync(file, { force: true });
  const started = performance.now();
  const code = runHere(stage.argv, { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: file });
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  console.log(`\n== ${stage.name}: ${code === 0 ? "ok" : `exit ${code}`}, ${minutes} min\n`);
  const results = stage.report && existsSync(file) ? stage.report(file) : [];
  return { results, failed: code !== 0 };
}

const { commit, dirty } = treeState();
await ensureHost({ browser: true });
mkdirSync("report", { recursive: true });

const results: TestResult[] = [];
const broken: string[] = [];
for (const stage of stages) {
  const outcome = runStage(stage);
  results.push(...outcome.results);
  // A stage can fail without a failed test: a tool that did not start, a check that is red.
  if (outcome.failed) broken.push(stage.name);
}
writeReport({ commit, dirty, results });
if (full) writeFullRun({ commit, dirty, results });
for (const [file, minutes] of minutesByFile(results))
  if (minutes >= 0.1) console.log(`${minutes.toFixed(1).padStart(6)} min  ${file}`);

const failed = results.filter((one) => one.status !== "passed");
for (const line of failureLines(results)) console.log(line);
if (broken.length > 0) console.log(`Stages that failed: ${broken.join(", ")}`);
console.log(`${results.length - failed.length} passed, ${Math.max(failed.length, broken.length)} failed`);
process.exitCode = broken.length > 0 || failed.length > 0 ? 1 : 0;
