/**
 * `npm run check`: types, lint with the layers, unused code, sentences without a catalogue entry. Ends with the first
 * failing exit code after all have run, so that one run shows everything.
 */
import { spawnSync } from "node:child_process";
import { missingMessages } from "./check-messages.ts";

const steps: { name: string; argv: string[] }[] = [
  { name: "types", argv: ["node_modules/.bin/tsc", "--noEmit", "-p", "."] },
  {
    name: "lint and layers",
    argv: ["node_modules/.bin/biome", "check", "--error-on-warnings", "--max-diagnostics=50", "."],
  },
  { name: "unused code", argv: ["node_modules/.bin/knip", "--no-progress"] },
];

let failed = 0;
for (const step of steps) {
  const started = performance.now();
  const [command, ...args] = step.argv as [string, ...string[]];
  const result = spawnSync(process.execPath, [command, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (result.error) throw result.error;
  const ok = result.status === 0;
  console.log(`${ok ? "ok  " : "FAIL"} ${step.name} ${seconds} s`);
  if (!ok) {
    console.log(result.stdout, result.stderr);
    failed = result.status ?? 1;
  }
}

const missing = await missingMessages(process.cwd());
console.log(`${missing.length === 0 ? "ok  " : "FAIL"} sentences`);
for (const line of missing) console.log(`  ${line}`);
process.exitCode = failed || (missing.length > 0 ? 1 : 0);
