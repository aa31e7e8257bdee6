import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, mkdir, open, readFile, rename, rm, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { connect } from "./client.ts";
import {
  assertReachable,
  copyBinaries,
  databaseOwner,
  type Owner,
  privateDirectory,
  socketDirectory,
} from "./embedded-files.ts";
import { retryPause } from "./pause.ts";

const run = promisify(execFile);

/** PostgreSQL's major version: part of the directory's name, since another major can't read its files. */
const MAJOR = "18";
const START_DEADLINE_MS = 60_000;
/** A start takes a moment as a rule, and minutes where a journal is long: it is asked after often, then seldom. */
const ASK_MS = 25;
const ASK_LATER_MS = 250;
const LATER_MS = 2_000;
const STOP_DEADLINE_MS = 20_000;
const KEEP_ALIVE_MS = 500;

export interface EmbeddedServer {
  /** True when the server was running already: the panel before this one was killed. */
  readonly adopted: boolean;
  /** Of the server that runs now. */
  readonly pid: number;
  /** A URL of a database on this server. */
  url(database: string): string;
  /** Starts it again whenever it is gone; `onGone` hears of each time and of a start that failed. Ends with `stop`. */
  keepAlive(onGone: (failure: unknown) => void): void;
  /** Ends it: open transactions are rolled back, data is on disk. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  dataDir: string;
  /** Extra settings, for servers that live as long as a test run: with `fsync` off nothing waits for the disk. */
  settings?: Record<string, string>;
}

interface Place {
  binaries: string;
  data: string;
  sockets: string;
  log: string;
  owner: Owner | null;
}

const asOwner = (owner: Owner | null) => (owner ? { uid: owner.uid, gid: owner.gid } : {});
/** Nothing of the panel's environment is the database's business. */
const databaseEnv = () =>
  ({ PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", TZ: "UTC" }) as unknown as NodeJS.ProcessEnv;

async function preparePlace(dataDir: string): Promise<Place> {
  const owner = await databaseOwner();
  await mkdir(dataDir, { recursive: true, mode: owner ? 0o711 : 0o700 });
  if (owner) await chmod(dataDir, 0o711);
  await assertReachable(dataDir, owner);
  const sockets = socketDirectory(dataDir);
  await privateDirectory(sockets, owner);
  const home = join(dataDir, "db");
  await privateDirectory(home, owner);
  const binaries = await copyBinaries(dataDir);
  return { binaries, data: join(home, MAJOR), sockets, log: join(home, "postgres.log"), owner };
}

/** Makes the database's files in a directory of another name first, so that a start cut short leaves nothing half made. */
async function initialise(place: Place, settings: Record<string, string>): Promise<void> {
  if (await stat(place.data).catch(() => null)) return;
  const half = `${place.data}.part`;
  await rm(half, { recursive: true, force: true });
  await privateDirectory(half, place.owner);
  const args = [
    "-D",
    half,
    "-U",
    "spindle",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
  ];
  if (settings.fsync === "off") args.push("--no-sync");
  await run(join(place.binaries, "bin", "initdb"), args, {
    ...asOwner(place.owner),
    cwd: place.sockets,
    env: databaseEnv(),
  });
  await rename(half, place.data);
}

/** The pid of a living server of exactly this directory; null when there is none. */
async function livingServer(place: Place): Promise<{ pid: number; ours: boolean } | null> {
  const pidFile = await readFile(join(place.data, "postmaster.pid"), "utf8").catch(() => null);
  const pid = Number(pidFile?.split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const argv = line.split("\0");
  if (!argv[0]?.endsWith("/bin/postgres") || !argv.includes(place.data)) return null;
  return { pid, ours: argv[0].startsWith(`${place.binaries}/`) && argv.includes(place.sockets) };
}

function url(place: Place, database: string): string {
  return `postgres://spindle@${encodeURIComponent(place.sockets)}/${encodeURIComponent(database)}`;
}

async function answers(place: Place): Promise<boolean> {
  const sql = connect(url(place, "postgres"), 1);
  try {
    await sql`select 1`;
    return true;
  } catch {
    // Starting, stopping or gone: the caller asks again until its deadline.
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function launch(place: Place, settings: Record<string, string>): Promise<number> {
  const logFile = await open(place.log, "a", 0o600);
  const options = {
    listen_addresses: "",
    unix_socket_directories: place.sockets,
    unix_socket_permissions: "0700",
    ...settings,
  };
  const args = ["-D", place.data, "-k", place.sockets];
  for (const [name, value] of Object.entries(options)) args.push("-c", `${name}=${value}`);
  const child = spawn(join(place.binaries, "bin", "postgres"), args, {
    ...asOwner(place.owner),
    cwd: place.sockets,
    env: databaseEnv(),
    detached: true,
    stdio: ["ignore", logFile.fd, logFile.fd],
  });
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  child.unref();
  await logFile.close();
  return child.pid as number;
}

/** Whether the process is there and not merely waiting to be reaped. */
function alive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
  } catch {
    return false;
  }
}

/** A pid file whose process is gone or is something else keeps PostgreSQL from starting when the number is in use again. */
async function dropStalePidFile(place: Place): Promise<void> {
  if (await livingServer(place)) return;
  await unlink(join(place.data, "postmaster.pid")).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

async function tail(path: string): Promise<string> {
  const all = await readFile(path, "utf8").catch(() => "");
  return all.trimEnd().split("\n").slice(-5).join("\n");
}

/** Starts or adopts; tries again, at growing pauses, while a killed server's children still hold its memory, or it can't start. */
async function bringUp(place: Place, settings: Record<string, string>): Promise<{ pid: number; adopted: boolean }> {
  const begun = Date.now();
  let launched: number | null = null;
  let launches = 0;
  while (Date.now() - begun < START_DEADLINE_MS) {
    const living = await livingServer(place);
    if (living && !living.ours) await stopServer(living.pid);
    else if (living && (await answers(place))) return { pid: living.pid, adopted: living.pid !== launched };
    else if (!living && (launched === null || !alive(launched))) {
      if (launches > 0) await sleep(retryPause(launches));
      await dropStalePidFile(place);
      launched = await launch(place, settings);
      launches += 1;
    }
    await sleep(Date.now() - begun < LATER_MS ? ASK_MS : ASK_LATER_MS);
  }
  throw new Error(
    `PostgreSQL did not start within ${START_DEADLINE_MS / 1000} s. Its last words in ${place.log}:\n${await tail(place.log)}`,
  );
}

/** SIGINT: sessions are cut, transactions rolled back, files closed; SIGQUIT when that takes too long (the journal mends it at the next start). */
async function stopServer(pid: number): Promise<void> {
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    if (!alive(pid)) return;
    process.kill(pid, signal);
    const deadline = Date.now() + STOP_DEADLINE_MS;
    while (alive(pid) && Date.now() < deadline) await sleep(20);
  }
  if (alive(pid)) throw new Error(`PostgreSQL (process ${pid}) does not end`);
}

/** One server over its lives: killed, it is started again as long as it is to be kept alive. */
class Embedded implements EmbeddedServer {
  readonly adopted: boolean;
  readonly #place: Place;
  readonly #settings: Record<string, string>;
  #pid: number;
  #timer: NodeJS.Timeout | null = null;
  #starting: Promise<void> | null = null;

  constructor(place: Place, settings: Record<string, string>, first: { pid: number; adopted: boolean }) {
    this.#place = place;
    this.#settings = settings;
    this.#pid = first.pid;
    this.adopted = first.adopted;
  }

  get pid(): number {
    return this.#pid;
  }

  url(database: string): string {
    return url(this.#place, database);
  }

  keepAlive(onGone: (failure: unknown) => void): void {
    const look = () => {
      if (this.#starting || alive(this.#pid)) return;
      onGone(null);
      this.#starting = bringUp(this.#place, this.#settings)
        .then(({ pid }) => {
          this.#pid = pid;
        }, onGone)
        .finally(() => {
          this.#starting = null;
        });
    };
    this.#timer = setInterval(look, KEEP_ALIVE_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#starting;
    await stopServer(this.#pid);
  }
}

/**
 * Starts the embedded PostgreSQL of a data directory, or adopts the one that is running there. It has no TCP port;
 * its socket lies in a directory only its owner and root can enter. The caller holds the directory's guard.
 */
export async function startEmbedded({ dataDir, settings = {} }: EmbeddedOptions): Promise<EmbeddedServer> {
  const place = await preparePlace(dataDir);
  await initialise(place, settings);
  return new Embedded(place, settings, await bringUp(place, settings));
}

/** The URL of a server that runs in this data directory, for tools beside a running panel; null when none answers. */
export async function runningEmbedded(dataDir: string): Promise<((database: string) => string) | null> {
  const sockets = socketDirectory(dataDir);
  const place = { sockets } as Place;
  return (await answers(place)) ? (database) => url(place, database) : null;
}

/** Makes a database where it is missing, from a template where one is given. */
export async function createDatabase(
  serverUrl: string,
  name: string,
  options: { template?: string } = {},
): Promise<void> {
  const sql = connect(serverUrl, 1);
  try {
    const [found] = await sql`select 1 from pg_database where datname = ${name}`;
    if (found) return;
    await sql.unsafe(`create database ${quote(name)}${options.template ? ` template ${quote(options.template)}` : ""}`);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
