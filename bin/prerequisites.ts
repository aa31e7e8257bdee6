import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { checkHost, missingPackages } from "../lab/host.ts";
import { BROWSER } from "./browser.ts";

/**
 * Makes this machine able to hold the lab, and the browser where asked for. Says what is missing, why, and how to get
 * it; as root it installs the Debian packages itself, after naming them. Exits the process with 1 where it can't go on,
 * before anything was changed.
 */
export async function ensureHost(options: {
  browser: boolean;
  packages?: readonly string[] | undefined;
}): Promise<void> {
  const { missing } = await checkHost();
  const packages = await missingPackages();
  if (options.browser && !existsSync(BROWSER.path)) packages.push(...BROWSER.packages);
  packages.push(...(options.packages ?? []).filter((name) => !isInstalled(name)));
  const blockers = missing.filter((one) => !one.what.startsWith("packages "));
  if (blockers.length > 0) {
    console.error("This machine lacks something; nothing was changed.");
    for (const one of blockers) console.error(`- ${one.what}: ${one.why}\n  ${one.how}`);
    if (packages.length > 0) console.error(`- Debian packages\n  apt-get install ${packages.join(" ")}`);
    process.exit(1);
  }
  if (packages.length === 0) return;
  console.log(`Installing Debian packages on this machine: ${packages.join(" ")}`);
  // The lists of a fresh machine are empty.
  runOrEnd(["apt-get", "update", "-qq"]);
  runOrEnd(["apt-get", "install", "-y", "-qq", "--no-install-recommends", ...packages]);
}

function isInstalled(name: string): boolean {
  const { stdout } = spawnSync("dpkg-query", ["-W", "-f", "${Status}", name], { encoding: "utf8" });
  return stdout.trim() === "install ok installed";
}

function runOrEnd(argv: readonly string[]): void {
  const code = runHere(argv, { DEBIAN_FRONTEND: "noninteractive" });
  if (code === 0) return;
  console.error(`${argv.join(" ")} ended with ${code}: this machine needs those packages, see above.`);
  process.exit(1);
}

/** Runs a command with its output on this terminal. Returns its exit code; throws where it can't be started. */
export function runHere(argv: readonly string[], env: Record<string, string> = {}): number {
  const [command, ...args] = argv as [string, ...string[]];
  const result = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...env } });
  if (result.error) throw result.error;
  return result.status ?? 1;
}
