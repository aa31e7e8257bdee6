import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { checkHost, installHostPackages } from "../lab/index.ts";

/** Debian packages of the browser that the tests and `demo --check` drive. */
const BROWSER_PACKAGES = ["chromium", "fonts-liberation"];

/**
 * Makes this machine able to hold the lab, and the browser where asked for. Says what is missing, why, and how to get
 * it; as root it installs the Debian packages itself, after naming them. Exits the process with 1 where it can't go on,
 * before anything was changed.
 */
export async function ensureHost(options: { browser: boolean }): Promise<void> {
  const host = await checkHost();
  const packages = options.browser && !existsSync("/usr/bin/chromium") ? BROWSER_PACKAGES : [];
  const blockers = host.missing.filter((one) => !one.packages);
  const wanted = [...host.missing.flatMap((one) => one.packages ?? []), ...packages];
  if (blockers.length > 0 || (wanted.length > 0 && process.getuid?.() !== 0)) {
    console.error("This machine lacks something; nothing was changed.");
    for (const one of host.missing) console.error(`- ${one.what}: ${one.why}\n  ${one.how}`);
    if (packages.length > 0) console.error(`- a browser for the tests\n  apt-get install ${packages.join(" ")}`);
    process.exit(1);
  }
  if (wanted.length === 0) return;
  console.log(`Installing Debian packages on this machine: ${wanted.join(" ")}`);
  await installHostPackages(wanted);
}

/** Runs a command with its output on this terminal. Returns its exit code; throws where it can't be started. */
export function runHere(argv: readonly string[], env: Record<string, string> = {}): number {
  const [command, ...args] = argv as [string, ...string[]];
  const result = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...env } });
  if (result.error) throw result.error;
  return result.status ?? 1;
}
