import { copyFile, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "../../lib/db/client.ts";
import { cpuShare } from "../fixtures/cpu.ts";
import { startExternalServer } from "../fixtures/external-server.ts";
import { get } from "../fixtures/http.ts";
import { startPanel } from "../fixtures/panel.ts";
import { runningServers } from "../fixtures/servers.ts";
import { expect, test } from "../fixtures/test.ts";

/** Opens a live stream and answers once its first event is there. */
async function openStream(url: string, cookie: string): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const response = await fetch(`${url}/api/events`, { headers: { cookie } });
  expect(response.status).toBe(200);
  const reader = response.body!.getReader();
  const first = await reader.read();
  expect(new TextDecoder().decode(first.value)).toContain("resync");
  return reader;
}

async function untilEnd(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  for (;;) if ((await reader.read()).done) return;
}

test("SIGTERM with open streams ends the panel within seconds, and the streams end cleanly", async ({ panel }) => {
  const cookie = await panel.signIn();
  const readers = await Promise.all(Array.from({ length: 5 }, () => openStream(panel.url, cookie)));
  const begun = Date.now();
  const ends = Promise.all(readers.map(untilEnd));
  expect(await panel.stop()).toBe(0);
  await ends;
  expect(Date.now() - begun).toBeLessThan(5_000);
});

test("a panel whose output nobody reads any more goes on, at rest, and ends in order", async ({ panel }) => {
  panel.deafen();
  const cookie = await panel.signIn();
  expect((await get(panel, "/api/auth/session", { cookie })).status).toBe(200);
  expect(await cpuShare(panel.pid, 4_000)).toBeLessThan(0.3);
  expect(await panel.stop()).toBe(0);
});

test.describe("the master key", () => {
  const keyOf = (dataDir: string) => join(dataDir, "key", "master.key");

  test("missing: the panel does not start, names the file and makes no new one", async ({ panel }) => {
    await panel.stop();
    await rename(keyOf(panel.dataDir), `${keyOf(panel.dataDir)}.away`);
    await expect(panel.start()).rejects.toThrow(`The master key ${keyOf(panel.dataDir)} is missing`);
    await expect(stat(keyOf(panel.dataDir))).rejects.toThrow("ENOENT");
    await copyFile(`${keyOf(panel.dataDir)}.away`, keyOf(panel.dataDir));
    await panel.start();
    expect((await get(panel, "/sign-in")).status).toBe(200);
  });

  test("wrong: the panel does not start, names the file and leaves it as it is", async ({ panel }) => {
    await panel.stop();
    const wrong = `${Buffer.alloc(32, 1).toString("base64")}\n`;
    await writeFile(keyOf(panel.dataDir), wrong);
    await expect(panel.start()).rejects.toThrow(`${keyOf(panel.dataDir)} is not the master key`);
    expect(await readFile(keyOf(panel.dataDir), "utf8")).toBe(wrong);
  });
});

test.describe("with a database server of its own", () => {
  test.use({ panelOptions: { begin: "embedded" } });
  test.setTimeout(120_000);

  test("a killed panel's server is adopted by the next one, and ends with it", async ({ panel }) => {
    const [before] = await runningServers(panel.dataDir);
    expect(before).toBeTruthy();
    await panel.kill9();
    expect(await runningServers(panel.dataDir)).toEqual([before]);
    await panel.start();
    expect(await runningServers(panel.dataDir)).toEqual([before]);
    expect(panel.output()).toContain('"origin":"adopted"');
    expect(await panel.stop()).toBe(0);
    expect(await runningServers(panel.dataDir)).toEqual([]);
  });

  test("panel and server killed together start again with what was written", async ({ panel }) => {
    const first = panel.setupUrl;
    const [server] = await runningServers(panel.dataDir);
    await panel.kill9();
    process.kill(server!, "SIGKILL");
    await panel.start();
    expect((await runningServers(panel.dataDir)).length).toBe(1);
    // The same panel: its key opens the database's check, and nobody has an account yet.
    expect(panel.setupUrl).not.toBe(first);
  });

  test("a server that is killed alone is started again, and the panel goes on by itself", async ({ panel }) => {
    const [killed] = await runningServers(panel.dataDir);
    process.kill(killed!, "SIGKILL");
    await expect.poll(async () => (await runningServers(panel.dataDir)).filter((pid) => pid !== killed).length).toBe(1);
    // Whether there is an administrator is asked of the database each time until there is one.
    await expect.poll(async () => (await get(panel, "/api/auth/session")).status, { timeout: 20_000 }).toBe(403);
    expect(panel.output()).toContain("the database has ended; it is started again");
    expect(await panel.stop()).toBe(0);
    expect(await runningServers(panel.dataDir)).toEqual([]);
  });

  test("a second panel on the same data is refused and harms nothing", async ({ panel }) => {
    const second = startPanel({ begin: "embedded", env: { SPINDLE_DATA: panel.dataDir } });
    await expect(second).rejects.toThrow(`Another panel is running on ${panel.dataDir}`);
    expect((await get(panel, "/setup")).status).toBe(200);
    expect((await runningServers(panel.dataDir)).length).toBe(1);
  });

  test("nobody but its own user and root can reach it, and it listens on no port", async ({ panel }) => {
    for (const folder of ["run", "db"]) expect((await stat(join(panel.dataDir, folder))).mode & 0o777).toBe(0o700);
    expect((await stat(join(panel.dataDir, "key", "master.key"))).mode & 0o777).toBe(0o600);
    expect(await readdir(join(panel.dataDir, "run"))).toContain(".s.PGSQL.5432");
    const [pid] = await runningServers(panel.dataDir);
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    expect(Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])).not.toBe(0);
    const environment = await readFile(`/proc/${pid}/environ`, "utf8");
    expect(environment).not.toContain("SPINDLE");
    const sql = connect(`postgres://spindle@${encodeURIComponent(join(panel.dataDir, "run"))}/spindle`, 1);
    const [row] = await sql<{ value: string }[]>`select current_setting('listen_addresses') as value`;
    await sql.end();
    expect(row?.value).toBe("");
  });
});

test("beyond loopback it starts only behind https or with --insecure-http", async () => {
  const env = { SPINDLE_HOST: "0.0.0.0" };
  await expect(startPanel({ env })).rejects.toThrow(/--insecure-http/);
  const panel = await startPanel({ env, args: ["--insecure-http"] });
  expect((await fetch(`http://127.0.0.1:${new URL(panel.url).port}/sign-in`)).status).toBe(200);
  expect(await panel.stop()).toBe(0);
});

test("with DATABASE_URL it works on somebody else's server, says so, and leaves that running", async () => {
  const server = await startExternalServer("external");
  const panel = await startPanel({ begin: "embedded", env: { DATABASE_URL: server.url } });
  expect(panel.setupUrl).toBeTruthy();
  expect(panel.output()).toContain('"origin":"external"');
  expect(await runningServers(panel.dataDir)).toEqual([]);
  expect(panel.output()).not.toContain("p@ss");
  await panel.restart();
  expect(await panel.stop()).toBe(0);
  const sql = connect(server.url, 1);
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from panel`;
  expect(row?.count).toBe(1);
  await sql.end();
  await server.stop();
});
