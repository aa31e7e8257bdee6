import { createHash, hkdfSync, randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { env } from "../env.ts";
import { processWide } from "../shared.ts";

/** A 256-bit key and its name in the rows it sealed. */
export interface MasterKey {
  id: string;
  key: Buffer;
}

/** The first key seals; the others only open what they sealed, while a rotation is under way. */
interface Keyring {
  keys: MasterKey[];
}

const ring = () => processWide<Keyring>("keyring", () => ({ keys: [] }));

export function keyFilePath(): string {
  return env().keyFile ?? join(env().dataDir, "key", "master.key");
}

function named(key: Buffer): MasterKey {
  return { id: createHash("sha256").update("spindle key id").update(key).digest("hex").slice(0, 16), key };
}

export function newMasterKey(): MasterKey {
  return named(randomBytes(32));
}

/** Parses a key file: one base64 key of 32 bytes a line, the newest first. Throws with the file's name. */
export function parseKeyFile(content: string, path: string): MasterKey[] {
  const lines = content
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const keys = lines.map((line) => Buffer.from(line, "base64"));
  if (keys.length === 0 || keys.some((key) => key.length !== 32)) {
    throw new Error(`${path} is not a master key file: it needs one base64 key of 32 bytes a line`);
  }
  return keys.map(named);
}

/** Reads the keys; null when the file is not there. */
export async function readKeyFile(path: string): Promise<MasterKey[] | null> {
  const content = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new Error(`The master key ${path} can't be read: ${error.message}`);
  });
  return content === null ? null : parseKeyFile(content, path);
}

/** Writes the file whole or not at all, readable by its owner only; `replace` false keeps one that is there. */
export async function writeKeyFile(path: string, keys: readonly MasterKey[], replace: boolean): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const half = `${path}.${process.pid}.part`;
  const file = await open(half, "w", 0o600);
  await file.writeFile(`${keys.map((entry) => entry.key.toString("base64")).join("\n")}\n`);
  await file.sync();
  await file.close();
  await chmod(half, 0o600);
  if (replace) await rename(half, path);
  else await link(half, path).finally(() => unlink(half));
  const directory = await open(dirname(path), "r");
  await directory.sync();
  await directory.close();
}

export function setKeys(keys: MasterKey[]): void {
  ring().keys = keys;
}

/** The key that seals. */
export function currentKey(): MasterKey {
  const [first] = ring().keys;
  if (!first) throw new Error("The master key is not loaded");
  return first;
}

export function keyById(id: string): MasterKey | null {
  return ring().keys.find((entry) => entry.id === id) ?? null;
}

/** A key for one use, made from the master key; another use's key tells nothing about it. */
export function derivedKey(use: string): Buffer {
  return Buffer.from(hkdfSync("sha256", currentKey().key, "spindle", use, 32));
}
