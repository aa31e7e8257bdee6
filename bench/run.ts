/**
 * `npm run bench -- [--json] NAME [options]`: one benchmark, whole, with nothing prepared by hand. The last line of its
 * output is one JSON object; with `--json` the rest goes to standard error.
 */
import { parseArgs } from "node:util";
import { ensureHost, runHere } from "../bin/prerequisites.ts";

/** A benchmark: says what it does by `say`, answers with its figures. */
export type Benchmark = (options: {
  times: number;
  /** Only what has one of these names; everything when it is empty. */
  only: readonly string[];
  /** Of what is measured over a time; each has its own default. */
  minutes: number | undefined;
  say: (line: string) => void;
}) => Promise<Record<string, unknown>>;

interface Entry {
  load: () => Promise<Benchmark>;
  /** Debian packages beside those of the tests. */
  packages?: readonly string[];
  /** Runs in a network of its own, with nothing in it but loopback. */
  isIsolated?: boolean;
}

const BENCHMARKS: Record<string, Entry> = {
  detect: { load: async () => (await import("./detect.ts")).detect },
  drives: { load: async () => (await import("./drives.ts")).drives },
  live: {
    load: async () => (await import("./live.ts")).live,
    packages: ["openssh-server", "ansible-core"],
    isIsolated: true,
  },
  pages: {
    load: async () => (await import("./pages.ts")).pages,
    packages: ["openssh-server"],
    isIsolated: true,
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    times: { type: "string", default: "10" },
    minutes: { type: "string" },
    only: { type: "string", default: "" },
  },
});
const positive = (word: string) => Math.max(1, Number(word) || 10);
const [name = ""] = positionals;
const entry = BENCHMARKS[name];
if (!entry) {
  console.error(
    `npm run bench -- [--json] [--times N] [--minutes N] [--only NAME,NAME] ${Object.keys(BENCHMARKS).join("|")}`,
  );
  process.exit(2);
}
const INSIDE = "SPINDLE_BENCH_INSIDE";
if (entry.isIsolated && !process.env[INSIDE]) {
  await ensureHost({ browser: true, packages: entry.packages });
  const again = 'ip link set lo up && exec "$@"';
  const argv = ["unshare", "--net", "sh", "-c", again, "sh", process.execPath, ...process.execArgv];
  process.exit(runHere([...argv, ...process.argv.slice(1)], { [INSIDE]: "1" }));
}
const say = (line: string) => (values.json ? console.error(line) : console.log(line));
if (!entry.isIsolated) await ensureHost({ browser: true, packages: entry.packages });
const only = values.only.split(",").filter((word) => word !== "");
const minutes = values.minutes === undefined ? undefined : positive(values.minutes);
const benchmark = await entry.load();
const figures = await benchmark({ times: positive(values.times), minutes, only, say });
console.log(JSON.stringify(figures));
process.exit(0);
