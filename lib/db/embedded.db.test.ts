import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "./client.ts";
import { createDatabase, type EmbeddedServer, runningEmbedded, startEmbedded } from "./embedded.ts";
import { assertReachable, databaseOwner } from "./embedded-files.ts";

let folder: string;
let server: EmbeddedServer | null;
const start = async (dataDir = join(folder, "data")) => {
  server = await startEmbedded({ dataDir, settings: { fsync: "off" } });
  return server;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "spindle-pg-"));
  await chmod(folder, 0o711);
  server = null;
});
afterEach(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function write(url: string): Promise<void> {
  const sql = connect(url, 1);
  await sql`create table kept (value text)`;
  await sql`insert into kept values ('yes')`;
  await sql.end();
}

async function read(url: string): Promise<unknown> {
  const sql = connect(url, 1);
  const [row] = await sql`select value from kept`;
  await sql.end();
  return row?.value;
}

describe("the embedded server", () => {
  it("keeps what was committed when it is killed, and starts while its children are still dying", async () => {
    const first = await start();
    await write(first.url("postgres"));
    process.kill(first.pid, "SIGKILL");
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await read(second.url("postgres"))).toBe("yes");
  });

  it("is waited for when it is just stopping", async () => {
    const first = await start();
    await write(first.url("postgres"));
    process.kill(first.pid, "SIGINT");
    const second = await start();
    expect(second.pid).not.toBe(first.pid);
    expect(await read(second.url("postgres"))).toBe("yes");
  });

  it("starts over a pid file whose number now belongs to another process", async () => {
    const first = await start();
    await first.stop();
    await writeFile(
      join(folder, "data", "db", "18", "postmaster.pid"),
      `${process.pid}\n${join(folder, "data", "db", "18")}\n1\n5432\n\n\n`,
    );
    const second = await start();
    expect(second.adopted).toBe(false);
  });

  it("clears what a first start cut short has left, and never takes it for a database", async () => {
    const owner = await databaseOwner();
    const half = join(folder, "data", "db", "18.part");
    await mkdir(half, { recursive: true });
    await writeFile(join(half, "PG_VERSION"), "18\n");
    const own = await start();
    expect(await read(own.url("postgres")).catch((error: Error) => error.message)).toContain("kept");
    expect(await readdir(join(folder, "data", "db"))).not.toContain("18.part");
    expect((await stat(join(folder, "data", "db", "18"))).uid).toBe(owner?.uid ?? process.getuid?.());
  });

  it("finds a short place for its socket when the data directory's path is long", async () => {
    const long = join(folder, "d".repeat(120));
    const own = await start(long);
    const running = await runningEmbedded(long);
    expect(running?.("postgres")).toBe(own.url("postgres"));
  });

  it("makes databases from a template, once", async () => {
    const own = await start();
    await createDatabase(own.url("postgres"), "first");
    await write(own.url("first"));
    await createDatabase(own.url("postgres"), "second", { template: "first" });
    await createDatabase(own.url("postgres"), "second", { template: "first" });
    expect(await read(own.url("second"))).toBe("yes");
  });

  it("says which directory keeps the database's own user out", async () => {
    await chmod(folder, 0o700);
    await expect(assertReachable(folder, { uid: 54_321, gid: 54_321 })).rejects.toThrow(`can't enter ${folder}`);
    await chmod(folder, 0o711);
    await assertReachable(folder, { uid: 54_321, gid: 54_321 });
  });
});
