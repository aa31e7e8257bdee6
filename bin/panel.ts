import { boot } from "../lib/boot.ts";
import { ensureBuild } from "../lib/build.ts";
import { env } from "../lib/env.ts";
import { log } from "../lib/log.ts";

/**
 * The panel. `--insecure-http` lets it listen beyond this machine without https; `--no-build` serves the pages as they
 * were built last, whatever has changed since.
 */

/** Whatever happens while stopping, the process is gone after this long. */
const STOP_DEADLINE_MS = 30_000;

/** Each of a thousand connections keeps a few bytes for good: a pool of Node's own size would keep 64 kB for them. */
const POOL_BYTES = 8 * 1024;

async function main(): Promise<void> {
  Buffer.poolSize = POOL_BYTES;
  env();
  // Set before Next is loaded: it picks React's production build by it.
  (process.env as Record<string, string>).NODE_ENV = "production";
  if (!process.argv.includes("--no-build")) await ensureBuild((line) => console.log(line));
  const panel = await boot();
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info("stopping", { signal });
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    void panel.stop().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  const link = panel.setupPath
    ? `\nMake the first administrator within an hour:\n  ${panel.url}${panel.setupPath}`
    : "";
  console.log(`Spindle is ready at ${panel.url}${link}`);
}

// A reader of the log that went away is no reason to stop, and there is nowhere left to say it: unheard, the error would
// be reported to that very log, again and again.
for (const output of [process.stdout, process.stderr]) {
  output.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
process.on("unhandledRejection", (error) => log.error("unhandled rejection", { error }));
main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  if (env().logLevel === "debug") console.error(error);
  process.exit(1);
});
