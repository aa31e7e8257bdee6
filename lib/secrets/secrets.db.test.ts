import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "../db/client.ts";
import { panel, secrets } from "../db/schema/index.ts";
import { startTestDatabase, type TestDatabase } from "../db/test-database.ts";
import { parseEnv } from "../env.ts";
import { setKeys } from "./keyring.ts";
import { KeyError, loadMasterKey, rotateMasterKey } from "./master.ts";
import { deleteSecret, openSecret, sealSecret, sweepSecrets } from "./store.ts";

let database: TestDatabase;
let folder: string;

/** Puts the process's environment to a key file of the test. */
function useKeyFile(path: string): void {
  const holder = globalThis as unknown as Record<symbol, unknown>;
  holder[Symbol.for("spindle.env")] = parseEnv({ SPINDLE_DATA: folder, SPINDLE_KEY_FILE: path }, []);
}

beforeAll(async () => {
  database = await startTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "spindle-key-"));
  useKeyFile(join(folder, "key", "master.key"));
  await loadMasterKey();
});
afterAll(async () => {
  await database.stop();
  await rm(folder, { recursive: true });
});

describe("the master key", () => {
  const path = () => join(folder, "key", "master.key");

  it("is made once, readable by its owner only", async () => {
    const made = await readFile(path(), "utf8");
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    await loadMasterKey();
    expect(await readFile(path(), "utf8")).toBe(made);
  });

  it("is refused by name when missing or wrong, and nothing is made in its place", async () => {
    const elsewhere = join(folder, "elsewhere.key");
    useKeyFile(elsewhere);
    await expect(loadMasterKey()).rejects.toThrow(new RegExp(`${elsewhere} is missing`));
    await expect(stat(elsewhere)).rejects.toThrow();
    await writeFile(elsewhere, `${Buffer.alloc(32, 7).toString("base64")}\n`);
    await expect(loadMasterKey()).rejects.toThrow(KeyError);
    await expect(loadMasterKey()).rejects.toThrow(elsewhere);
    await writeFile(elsewhere, "not a key\n");
    await expect(loadMasterKey()).rejects.toThrow(elsewhere);
    useKeyFile(path());
    await loadMasterKey();
  });

  it("is replaced by a rotation that keeps every secret", async () => {
    const before = await readFile(path(), "utf8");
    const id = await sealSecret({ purpose: "test", value: "kept" });
    expect(await rotateMasterKey()).toBeGreaterThan(0);
    const after = await readFile(path(), "utf8");
    expect(after).not.toBe(before);
    expect(after.trim().split("\n")).toHaveLength(1);
    setKeys([]);
    await loadMasterKey();
    expect(await openSecret(id)).toBe("kept");
  });

  it("starts with the file a rotation cut short leaves: the new key above the old one", async () => {
    const id = await sealSecret({ purpose: "test", value: "still kept" });
    const old = await readFile(path(), "utf8");
    await writeFile(path(), `${Buffer.alloc(32, 9).toString("base64")}\n${old}`);
    await loadMasterKey();
    expect(await openSecret(id)).toBe("still kept");
    await rotateMasterKey();
    expect(await openSecret(id)).toBe("still kept");
  });
});

describe("a secret", () => {
  it("is not readable in its row, and never sealed twice alike", async () => {
    const one = await sealSecret({ purpose: "p", value: "the password" });
    const two = await sealSecret({ purpose: "p", value: "the password" });
    const rows = await db()
      .select()
      .from(secrets)
      .where(sql`${secrets.id} in ${[one, two]}`);
    expect(rows[0]!.sealed.toString("latin1")).not.toContain("the password");
    expect(rows[0]!.sealed.equals(rows[1]!.sealed)).toBe(false);
  });

  it("does not open in another row, for another purpose, or with a changed byte", async () => {
    const one = await sealSecret({ purpose: "p", value: "1" });
    const two = await sealSecret({ purpose: "p", value: "2" });
    const [row] = await db().select().from(secrets).where(eq(secrets.id, one));
    await db().update(secrets).set({ sealed: row!.sealed }).where(eq(secrets.id, two));
    await expect(openSecret(two)).rejects.toThrow();
    await db().update(secrets).set({ purpose: "q" }).where(eq(secrets.id, one));
    await expect(openSecret(one)).rejects.toThrow();
    const bytes = Buffer.from(row!.sealed);
    bytes[bytes.length - 1]! ^= 1;
    await db().update(secrets).set({ purpose: "p", sealed: bytes }).where(eq(secrets.id, one));
    await expect(openSecret(one)).rejects.toThrow();
  });

  it("is gone after its time, for readers at once and from the table at the next sweep", async () => {
    const id = await sealSecret({ purpose: "p", value: "x", expiresAt: new Date(Date.now() - 1) });
    await expect(openSecret(id)).rejects.toMatchObject({ view: { code: "not-found" } });
    await sweepSecrets();
    expect(await db().select().from(secrets).where(eq(secrets.id, id))).toEqual([]);
    const kept = await sealSecret({ purpose: "p", value: "y", expiresAt: new Date(Date.now() + 60_000) });
    await sweepSecrets();
    expect(await openSecret(kept)).toBe("y");
    await deleteSecret(kept);
    await expect(openSecret(kept)).rejects.toMatchObject({ view: { code: "not-found" } });
  });

  it("belongs to one panel row", async () => {
    expect(await db().select().from(panel)).toHaveLength(1);
  });
});
