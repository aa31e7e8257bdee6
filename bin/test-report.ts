import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** One test as a report holds it. `ids` are the feature ids it carries as tags. */
export interface TestResult {
  file: string;
  title: string;
  status: "passed" | "failed" | "missing";
  ids: string[];
  durationMs: number;
  /** What a failed test said, as its runner printed it. */
  error?: string;
}

export interface TestReport {
  commit: string;
  dirty: boolean;
  results: TestResult[];
}

export const REPORT_FILE = "report/tests.json";
const FULL_RUN_FILE = "docs/full-run.md";
const TAG = /@([SPB]\d\d)\b/g;

/**
 * The commit of the tree and whether anything differs from it, but for what full runs write. Throws when this is no git
 * checkout.
 */
export function treeState(): { commit: string; dirty: boolean } {
  return {
    commit: git("rev-parse", "HEAD"),
    dirty: git("status", "--porcelain", "--", ".", `:!${FULL_RUN_FILE}`) !== "",
  };
}

function git(...args: string[]): string {
  const result = spawnSync("git", args, { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr}`);
  return result.stdout.trim();
}

export function idsIn(...texts: string[]): string[] {
  const ids = new Set<string>();
  for (const text of texts) for (const match of text.matchAll(TAG)) ids.add(match[1] as string);
  return [...ids].sort();
}

interface PlaywrightSuite {
  title: string;
  file?: string;
  suites?: PlaywrightSuite[];
  specs?: {
    title: string;
    file: string;
    tags: string[];
    ok: boolean;
    tests: { status: string; results: { duration: number; error?: { message?: string } }[] }[];
  }[];
}

/** Reads Playwright's JSON report (`results` absent for `--list`). */
export function readPlaywright(file: string, rootDir: string): TestResult[] {
  const report = JSON.parse(readFileSync(file, "utf8")) as { suites: PlaywrightSuite[]; config: { rootDir: string } };
  const out: TestResult[] = [];
  const walk = (suite: PlaywrightSuite, path: string[]) => {
    const here = suite.file === suite.title ? path : [...path, suite.title];
    for (const spec of suite.specs ?? []) {
      const ran = spec.tests.flatMap((test) => test.results);
      out.push({
        file: relative(rootDir, `${report.config.rootDir}/${spec.file}`),
        title: [...here, spec.title].join(" › "),
        status:
          ran.length === 0
            ? "missing"
            : spec.ok && spec.tests.every((test) => test.status === "expected")
              ? "passed"
              : "failed",
        ids: idsIn(...spec.tags.map((tag) => `@${tag.replace(/^@/, "")}`)),
        durationMs: ran.reduce((sum, one) => sum + one.duration, 0),
        ...said(ran.find((one) => one.error?.message)?.error?.message),
      });
    }
    for (const child of suite.suites ?? []) walk(child, here);
  };
  for (const suite of report.suites) walk(suite, []);
  return out;
}

interface VitestResult {
  fullName: string;
  status: string;
  duration?: number;
  failureMessages?: string[];
}

/** A file that fell before, beside or behind its tests has said why for itself. */
function fallen(suite: { status: string; message?: string; assertionResults: VitestResult[] }): VitestResult[] {
  const hasFailure = suite.assertionResults.some((test) => test.status === "failed");
  if (suite.status !== "failed" || hasFailure) return [];
  return [{ fullName: "the file itself", status: "failed", failureMessages: [suite.message ?? ""] }];
}

/** Reads vitest's JSON report. */
export function readVitest(file: string, rootDir: string): TestResult[] {
  const report = JSON.parse(readFileSync(file, "utf8")) as {
    testResults: { name: string; status: string; message?: string; assertionResults: VitestResult[] }[];
  };
  return report.testResults.flatMap((suite) =>
    [...suite.assertionResults, ...fallen(suite)].map((test) => ({
      file: relative(rootDir, suite.name),
      title: test.fullName,
      status: test.status === "passed" ? ("passed" as const) : ("failed" as const),
      ids: idsIn(test.fullName),
      durationMs: test.duration ?? 0,
      ...said(test.failureMessages?.[0]),
    })),
  );
}

const said = (error: string | undefined) => (error ? { error: stripVTControlCharacters(error) } : {});

/** The failed tests, each with the first lines of what it said; those that fell with another one have said nothing. */
export function failureLines(results: readonly TestResult[], linesOfEach = 14): string[] {
  return results
    .filter((one) => one.status !== "passed")
    .toSorted((a, b) => Number(a.error !== undefined) - Number(b.error !== undefined))
    .flatMap((one) => [
      `FAILED ${one.file}: ${one.title}`,
      ...(one.error ?? "")
        .split("\n")
        .filter((line) => line.trim() !== "")
        .slice(0, linesOfEach)
        .map((line) => `    ${line.slice(0, 240)}`),
    ]);
}

export function writeReport(report: TestReport): void {
  mkdirSync(dirname(REPORT_FILE), { recursive: true });
  writeFileSync(REPORT_FILE, `${JSON.stringify(report, null, 1)}\n`);
}

/** The last report, or null when none was written. */
export function readReport(): TestReport | null {
  return existsSync(REPORT_FILE) ? (JSON.parse(readFileSync(REPORT_FILE, "utf8")) as TestReport) : null;
}

/** Minutes of each test file, longest first. */
export function minutesByFile(results: readonly TestResult[]): [file: string, minutes: number][] {
  const byFile = new Map<string, number>();
  for (const one of results) byFile.set(one.file, (byFile.get(one.file) ?? 0) + one.durationMs / 60_000);
  return [...byFile].sort((a, b) => b[1] - a[1]);
}

/**
 * Writes what the last full run of each file saw into the docs: too long to be repeated at each landing, and to be run in
 * one piece, so a row says of which commit it is. Files that did not run keep their row, unless they are gone.
 */
export function writeFullRun({ commit, dirty, results }: TestReport): void {
  const rows = new Map<string, string>();
  for (const line of existsSync(FULL_RUN_FILE) ? readFileSync(FULL_RUN_FILE, "utf8").split("\n") : []) {
    const file = /^\| `([^`]+)` \|/.exec(line)?.[1];
    if (file && existsSync(file)) rows.set(file, line);
  }
  const about = `${commit.slice(0, 10)}${dirty ? ", with changes" : ""} | ${new Date().toISOString().slice(0, 10)}`;
  for (const [file, minutes] of minutesByFile(results)) {
    const ofFile = results.filter((one) => one.file === file);
    const failed = ofFile.filter((one) => one.status !== "passed").map((one) => one.title.replaceAll("|", "\\|"));
    const passed = `${ofFile.length - failed.length} of ${ofFile.length}`;
    rows.set(file, `| \`${file}\` | ${passed} | ${minutes.toFixed(1)} | ${about} | ${failed.join("; ")} |`);
  }
  const lines = [
    "# The last full run of each file",
    "",
    "Written by `npm run test:full`, which adds to `npm test` every point of the kill loops and the long suites on nodes.",
    "It takes hours; `npm run test:full -- STAGE…` runs stages of it, and each row says which commit was seen, and when.",
    "",
    "| file | passed | minutes | commit | date | failed |",
    "|---|---|---|---|---|---|",
    ...[...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line),
  ];
  writeFileSync(FULL_RUN_FILE, `${lines.join("\n")}\n`);
}
