import { globSync, readFileSync } from "node:fs";
import { en } from "../lib/messages/en.ts";

/** Calls that name a sentence by its whole key: `text("area.key")`. */
const CALL = /\btext\(\s*"([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+)"/g;

function has(key: string): boolean {
  let at: unknown = en;
  for (const part of key.split(".")) {
    if (typeof at !== "object" || at === null || !(part in at)) return false;
    at = (at as Record<string, unknown>)[part];
  }
  return typeof at === "string";
}

/** Every `text("…")` in the sources whose key has no sentence in the English catalogue, as `file:line key`. */
export async function missingMessages(root: string): Promise<string[]> {
  const missing: string[] = [];
  for (const file of globSync(["lib/**/*.{ts,tsx}", "app/**/*.{ts,tsx}", "components/**/*.{ts,tsx}"], { cwd: root })) {
    if (file.endsWith(".test.ts")) continue;
    const source = readFileSync(`${root}/${file}`, "utf8");
    for (const match of source.matchAll(CALL)) {
      const key = match[1] as string;
      if (!has(key)) missing.push(`${file}:${source.slice(0, match.index).split("\n").length} ${key}`);
    }
  }
  return missing;
}
