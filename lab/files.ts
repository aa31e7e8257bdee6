import { readFile, rename, writeFile } from "node:fs/promises";

/** The file's text, or undefined when it is not there. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The file's value, or undefined when it is not there. The lab trusts its own files' shape. */
export async function readJson<T>(file: string): Promise<T | undefined> {
  const text = await readText(file);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}

/** Writes beside and renames, so that a reader never meets half a file. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const temporary = `${file}.${process.pid}.part`;
  await writeFile(temporary, `${JSON.stringify(value, null, "\t")}\n`, { mode: 0o600 });
  await rename(temporary, file);
}
