import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childEnvironment, env } from "./env.ts";
import { waitGuard } from "./guard.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDERS = ["app", "components", "lib", "public"];
const FILES = ["package-lock.json", "package.json", "next.config.js", "postcss.config.js", "tsconfig.json"];

async function sources(folder: string): Promise<string[]> {
  const found = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** One hash over everything the pages are built from. */
async function sourceHash(): Promise<string> {
  const nested = await Promise.all(FOLDERS.map(sources));
  const paths = [...nested.flat(), ...FILES.map((name) => join(ROOT, name))].sort();
  const hash = createHash("sha256");
  for (const path of paths)
    hash
      .update(path.slice(ROOT.length))
      .update("\0")
      .update(await readFile(path))
      .update("\0");
  return hash.digest("hex");
}

/**
 * Next adds its own folders to the TypeScript settings it is given; it gets a file of its own, so that a build never
 * changes the project's.
 */
async function ownTypeScriptSettings(): Promise<string> {
  const path = join("node_modules", ".cache", `tsconfig${env().buildDir.replaceAll("/", "-")}.json`);
  await mkdir(join(ROOT, "node_modules", ".cache"), { recursive: true });
  await writeFile(
    join(ROOT, path),
    JSON.stringify({ extends: "../../tsconfig.json", include: ["../../**/*.ts", "../../**/*.tsx"] }),
  );
  return path;
}

/** Runs `next build` with its words on our standard error. */
async function runBuild(): Promise<void> {
  const settings = await ownTypeScriptSettings();
  const tool = createRequire(import.meta.url).resolve("next/dist/bin/next");
  const child = spawn(process.execPath, [tool, "build"], {
    cwd: ROOT,
    stdio: ["ignore", 2, 2],
    env: {
      ...childEnvironment(),
      SPINDLE_BUILD_DIR: env().buildDir,
      SPINDLE_TSCONFIG: settings,
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
    },
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`The pages could not be built (${signal ?? `exit code ${code}`})`)),
    );
  });
}

/**
 * Builds the pages where their sources changed since the last build; two starts at once build once. `say` is told
 * when there is something to wait for.
 */
export async function ensureBuild(say: (line: string) => void): Promise<void> {
  const target = join(ROOT, env().buildDir);
  const stamp = join(target, "spindle-sources");
  const isCurrent = async () => (await readFile(stamp, "utf8").catch(() => "")) === (await sourceHash());
  if (await isCurrent()) return;
  await mkdir(target, { recursive: true });
  const guard = await waitGuard(target, "build", () => say("Another start is building the pages; waiting for it"));
  try {
    if (await isCurrent()) return;
    say("Building the pages; this takes a moment after each change of the source");
    const hash = await sourceHash();
    await runBuild();
    await writeFile(stamp, hash);
  } finally {
    await guard.release();
  }
}
