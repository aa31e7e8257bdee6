/**
 * `npm run bench -- [--json] NAME [options]`: one benchmark, whole, with nothing prepared by hand. The last line of its
 * output is one JSON object; with `--json` the rest goes to standard error.
 */
import { parseArgs } from "node:util";
import { ensureHost } from "../bin/prerequisites.ts";

/** A benchmark: says what it does by `say`, answers with its figures. */
export type Benchmark = (options: {
  times: number;
  /** Only what has one of these names; everything when it is empty. */
  only: readonly string[];
  minutes: number;
  say: (line: string) => void;
}) => Promise<Record<string, unknown>>;

const BENCHMARKS: Record<string, () => Promise<Benchmark>> = {
  detect: async () => (await import("./detect.ts")).detect,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    times: { type: "string", default: "10" },
    minutes: { type: "string", default: "10" },
    only: { type: "string", default: "" },
  },
});
const positive = (word: string) => Math.max(1, Number(word) || 10);
const [name = ""] = positionals;
const load = BENCHMARKS[name];
if (!load) {
  console.error(
    `npm run bench -- [--json] [--times N] [--minutes N] [--only NAME,NAME] ${Object.keys(BENCHMARKS).join("|")}`,
  );
  process.exit(2);
}
const say = (line: string) => (values.json ? console.error(line) : console.log(line));
await ensureHost({ browser: true });
const only = values.only.split(",").filter((word) => word !== "");
const figures = await (await load())({ times: positive(values.times), minutes: positive(values.minutes), only, say });
console.log(JSON.stringify(figures));
process.exit(0);
