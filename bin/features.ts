/**
 * `npm run features`: which promise is held by which test.
 *   --json            prints {commit, dirty, ids: {ID: [{file, title, status}]}} from the last `npm test` of this commit
 *   --run ID…         runs just the tests that carry these ids, and reports them
 *   --write           rewrites docs/features.md from the tests there are
 *   --verify          exits 1 when docs/features.md differs from them
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FEATURES } from "./feature-list.ts";
import { ensureHost } from "./prerequisites.ts";
import { readPlaywright, readReport, readVitest, type TestResult, treeState } from "./test-report.ts";

const DOC = "docs/features.md";
const args = process.argv.slice(2);

function group(results: TestResult[]): Record<string, { file: string; title: string; status: string }[]> {
  const ids: Record<string, { file: string; title: string; status: string }[]> = {};
  for (const id of Object.keys(FEATURES)) {
    ids[id] = results.filter((one) => one.ids.includes(id)).map(({ file, title, status }) => ({ file, title, status }));
  }
  return ids;
}

/** Runs a test tool with its JSON report in a file of its own; the tool's exit code is not judged here: a red test is a result. */
function withReport<T>(run: (file: string) => void, read: (file: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "spindle-features-"));
  try {
    run(join(folder, "report.json"));
    return read(join(folder, "report.json"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function playwright(extra: string[]): TestResult[] {
  return withReport(
    (file) => {
      const argv = ["node_modules/.bin/playwright", "test", "--reporter=json", ...extra];
      spawnSync(process.execPath, argv, {
        stdio: ["ignore", "ignore", "inherit"],
        env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: file },
      });
    },
    (file) => readPlaywright(file, process.cwd()),
  );
}

function vitestRun(ids: string[]): TestResult[] {
  return withReport(
    (file) => {
      const pattern = ids.map((id) => `@${id}\\b`).join("|");
      const argv = [
        "node_modules/.bin/vitest",
        "run",
        "--project",
        "lab",
        "-t",
        pattern,
        "--reporter=json",
        `--outputFile=${file}`,
      ];
      spawnSync(process.execPath, argv, { stdio: ["ignore", "ignore", "inherit"] });
    },
    (file) => readVitest(file, process.cwd()).filter((one) => ids.some((id) => one.ids.includes(id))),
  );
}

function vitestList(): TestResult[] {
  return withReport(
    (file) => {
      const argv = ["node_modules/.bin/vitest", "list", "--project", "lab", `--json=${file}`];
      spawnSync(process.execPath, argv, { stdio: ["ignore", "ignore", "inherit"] });
    },
    (file) => {
      const rows = JSON.parse(readFileSync(file, "utf8")) as { name: string; file: string }[];
      return rows.map((row) => ({
        file: row.file.replace(`${process.cwd()}/`, ""),
        title: row.name,
        status: "missing" as const,
        ids: [...row.name.matchAll(/@([SPB]\d\d)\b/g)].map((match) => match[1] as string),
        durationMs: 0,
      }));
    },
  );
}

function document(tests: TestResult[]): string {
  const ids = group(tests);
  const lines = [
    "# Features and their tests",
    "",
    "Written by `npm run features -- --write` from the tests that carry each id; `npm run check` fails when it is out of date.",
    "A test counts when it drives the real thing: a browser, an sshd, LVM on a node. Whether they pass: `npm run features -- --json`.",
    "",
  ];
  for (const [id, title] of Object.entries(FEATURES)) {
    const held = ids[id] ?? [];
    lines.push(`- **${id}** ${title}${held.length === 0 ? ": *missing*" : ""}`);
    for (const test of held) lines.push(`  - \`${test.file}\`: ${test.title}`);
  }
  return `${lines.join("\n")}\n`;
}

async function main(): Promise<number> {
  if (args.includes("--write") || args.includes("--verify")) {
    // Each tool lists files in an order of its own, which changes with what ran before.
    const tests = [...playwright(["--list"]), ...vitestList()].toSorted((x, y) =>
      x.file < y.file ? -1 : x.file > y.file ? 1 : 0,
    );
    const text = document(tests);
    if (args.includes("--write")) writeFileSync(DOC, text);
    else if (readFileSync(DOC, "utf8") !== text) {
      console.error(`${DOC} is out of date: npm run features -- --write`);
      return 1;
    }
    return 0;
  }
  const state = treeState();
  const runAt = args.indexOf("--run");
  let results: TestResult[];
  if (runAt >= 0) {
    const ids = args.slice(runAt + 1).filter((one) => !one.startsWith("--"));
    const unknown = ids.filter((id) => !(id in FEATURES));
    if (ids.length === 0 || unknown.length > 0) {
      console.error(ids.length === 0 ? "--run wants ids, such as S05" : `no such id: ${unknown.join(", ")}`);
      return 2;
    }
    await ensureHost({ browser: true });
    results = [...playwright(["--grep", ids.map((id) => `@${id}\\b`).join("|")]), ...vitestRun(ids)];
  } else {
    const report = readReport();
    if (!report || report.commit !== state.commit) {
      console.error(
        `no report of \`npm test\` for commit ${state.commit}${report ? `; the last one is of ${report.commit}` : ""}`,
      );
      return 1;
    }
    results = report.results;
  }
  const ids = group(results);
  if (args.includes("--json")) console.log(JSON.stringify({ ...state, ids }));
  else
    for (const [id, tests] of Object.entries(ids))
      console.log(id, tests.length === 0 ? "missing" : tests.map((one) => `${one.status} ${one.file}`).join("; "));
  return runAt >= 0 && results.some((one) => one.status === "failed") ? 1 : 0;
}

process.exitCode = await main();
