import { env } from "./env.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;
type Level = (typeof LEVELS)[number];
type Fields = Record<string, unknown>;

/** Field names whose values never reach a log line, whoever passes them. */
const SECRET_NAMES = /password|secret|token|cookie|authorization|privatekey|passphrase/i;

function plain(value: unknown, depth = 0): unknown {
  if (value instanceof Error) {
    const cause = value.cause === undefined ? {} : { cause: plain(value.cause, depth + 1) };
    return { name: value.name, message: value.message, stack: value.stack, ...cause };
  }
  if (value === null || typeof value !== "object") return typeof value === "bigint" ? String(value) : value;
  if (depth > 4) return "…";
  if (Array.isArray(value)) return value.map((entry) => plain(entry, depth + 1));
  const out: Fields = {};
  for (const [name, entry] of Object.entries(value)) {
    out[name] = SECRET_NAMES.test(name) ? "[hidden]" : plain(entry, depth + 1);
  }
  return out;
}

function write(level: Level, message: string, fields: Fields = {}): void {
  if (LEVELS.indexOf(level) < LEVELS.indexOf(env().logLevel)) return;
  const line = { at: new Date().toISOString(), level, message, ...(plain(fields) as Fields) };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

/** One JSON object a line on standard error. Pass errors as a field: `log.warn("…", { error })`. */
export const log = {
  debug: (message: string, fields?: Fields) => write("debug", message, fields),
  info: (message: string, fields?: Fields) => write("info", message, fields),
  warn: (message: string, fields?: Fields) => write("warn", message, fields),
  error: (message: string, fields?: Fields) => write("error", message, fields),
};
