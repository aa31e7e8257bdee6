import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";

/** What the panel is told from outside. The only reader of the process environment. */
export interface Env {
  dataDir: string;
  /** An external PostgreSQL; null: the embedded one. */
  databaseUrl: string | null;
  host: string;
  port: number;
  /** The address people type, such as `https://panel.example.net`; null: whatever the socket says. */
  origin: string | null;
  trustedProxies: readonly string[];
  /** The master key's file; null: `<data>/key/master.key`. */
  keyFile: string | null;
  /** Plain http beyond loopback was asked for in so many words. */
  insecureHttp: boolean;
  /** Where `next build` writes, relative to the project. */
  buildDir: string;
  logLevel: "debug" | "info" | "warn" | "error";
  /** For tests: the process kills or stops itself at these points of a task, `kill@<kind>:<position>:<point>,…`. */
  crashAt: string | null;
}

/** Variables with a secret or a way to one: taken out of the environment once read, so that no child inherits them. */
const SECRET_VARIABLES = ["DATABASE_URL", "SPINDLE_KEY_FILE"] as const;

const emptyIsUnset = (value: unknown) => (value === "" ? undefined : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(emptyIsUnset, schema.optional());

const schema = z.object({
  SPINDLE_DATA: optional(z.string()),
  DATABASE_URL: optional(z.string().regex(/^postgres(ql)?:\/\//, "must begin with postgres://")),
  SPINDLE_HOST: optional(z.string().regex(/^[0-9A-Za-z.:_-]+$/, "must be an address or a host name")),
  SPINDLE_PORT: optional(z.coerce.number().int().min(0).max(65535)),
  SPINDLE_ORIGIN: optional(z.url({ protocol: /^https?$/ })),
  SPINDLE_TRUSTED_PROXIES: optional(z.string()),
  SPINDLE_KEY_FILE: optional(z.string()),
  SPINDLE_INSECURE_HTTP: optional(z.enum(["0", "1"])),
  SPINDLE_BUILD_DIR: optional(z.string()),
  SPINDLE_LOG: optional(z.enum(["debug", "info", "warn", "error"])),
  SPINDLE_CRASH_AT: optional(z.string()),
  XDG_DATA_HOME: optional(z.string()),
});

/** `<data>` when nothing is said: the system's place for root, the user's own for everybody else. */
function defaultDataDir(xdgDataHome: string | undefined): string {
  if (process.getuid?.() === 0) return "/var/lib/spindle";
  return join(xdgDataHome ?? join(homedir(), ".local", "share"), "spindle");
}

/**
 * Reads variables and arguments into a frozen object.
 * Throws an Error that names every variable that is wrong.
 */
export function parseEnv(variables: Record<string, string | undefined>, args: readonly string[]): Env {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The environment is not usable:\n  ${lines.join("\n  ")}`);
  }
  const v = parsed.data;
  return Object.freeze({
    dataDir: resolve(/* turbopackIgnore: true */ v.SPINDLE_DATA ?? defaultDataDir(v.XDG_DATA_HOME)),
    databaseUrl: v.DATABASE_URL ?? null,
    host: v.SPINDLE_HOST ?? "127.0.0.1",
    port: v.SPINDLE_PORT ?? 3080,
    origin: v.SPINDLE_ORIGIN ? new URL(v.SPINDLE_ORIGIN).origin : null,
    trustedProxies: Object.freeze((v.SPINDLE_TRUSTED_PROXIES ?? "").split(/[\s,]+/).filter((entry) => entry !== "")),
    keyFile: v.SPINDLE_KEY_FILE ? resolve(/* turbopackIgnore: true */ v.SPINDLE_KEY_FILE) : null,
    insecureHttp: args.includes("--insecure-http") || v.SPINDLE_INSECURE_HTTP === "1",
    buildDir: v.SPINDLE_BUILD_DIR ?? ".next",
    logLevel: v.SPINDLE_LOG ?? "info",
    crashAt: v.SPINDLE_CRASH_AT ?? null,
  });
}

const KEY = Symbol.for("spindle.env");
type Holder = { [KEY]?: Env };

/** The environment, read once a process; the bundles of the pages share what the panel read. */
export function env(): Env {
  const holder = globalThis as Holder;
  if (!holder[KEY]) {
    holder[KEY] = parseEnv(process.env, process.argv.slice(2));
    for (const name of SECRET_VARIABLES) delete process.env[name];
  }
  return holder[KEY];
}

/** The environment for children of the panel: without what `env` takes out. */
export function childEnvironment(): NodeJS.ProcessEnv {
  env();
  return { ...process.env };
}
