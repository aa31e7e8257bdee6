import { globSync, readFileSync } from "node:fs";
import { hasSentence } from "../lib/messages/sentence.ts";

/** Calls that name a sentence by its whole key: `text("area.key")`. */
const CALL = /\btext\(\s*"([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+)"/g;

/** Every `text("…")` in the sources whose key has no sentence in the English catalogue, as `file:line key`. */
export async function missingMessages(root: string): Promise<string[]> {
  const missing: string[] = [];
  for (const file of globSync(["lib/**/*.{ts,tsx}", "app/**/*.{ts,tsx}", "components/**/*.{ts,tsx}"], { cwd: root })) {
    if (file.endsWith(".test.ts")) continue;
    const source = readFileSync(`${root}/${file}`, "utf8");
    for (const match of source.matchAll(CALL)) {
      const key = match[1] as string;
      if (!hasSentence(key)) missing.push(`${file}:${source.slice(0, match.index).split("\n").length} ${key}`);
    }
  }
  return missing;
}
