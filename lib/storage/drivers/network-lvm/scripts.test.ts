import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LOOK_SCRIPT } from "./look-script.ts";
import { DROP_MAPS, NO_MAP, PROVE_NO_MAP } from "./map-script.ts";
import { DELETE_RECORD, HAS_OWN_RECORD, IS_RECORDED, WRITE_RECORD } from "./record-script.ts";

const TARGET = "iqn.2026-01.lab.host:san1";
/** As open-iscsi 2.1.8 writes one, cut short. */
const RECORD = `# BEGIN RECORD 2.1.8
node.name = ${TARGET}
node.tpgt = 1
node.startup = manual
node.session.auth.authmethod = None
node.session.auth.username = old
node.session.auth.password = stale
node.session.initial_login_retry_max = 8
node.conn[0].address = 10.0.0.1
node.conn[0].timeo.login_timeout = 15
# END RECORD
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spindle-iscsi-"));
  mkdirSync(join(folder, "nodes"));
  mkdirSync(join(folder, "marks"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** A script with the node's directories in the test's folder. */
function sh(script: string, words: string[], input = "") {
  const moved = script
    .replaceAll("/etc/iscsi/", `${folder}/`)
    .replaceAll("/var/lib/iscsi/nodes", "/nowhere")
    .replaceAll("/sys/module/dm_mod", folder)
    .replaceAll("/sys/class", `${folder}/sys`);
  const argv = ["-i", `PATH=${folder}:/usr/bin:/bin`, "sh", "-c", moved, "spindle", ...words];
  const { status, stdout, stderr } = spawnSync("env", argv, { input, encoding: "utf8" });
  return { status, said: stdout + stderr };
}

const place = () => join(folder, "nodes", TARGET, "10.0.0.1,3260,1");
const file = () => join(place(), "default");
function haveRecord(text = RECORD): void {
  mkdirSync(place(), { recursive: true });
  writeFileSync(file(), text);
}
const SETTINGS = ["node.startup = automatic", "node.conn[0].timeo.login_timeout = 10"];
const words = (user = "", reverse = "") => [
  ...[TARGET, "10.0.0.1", "3260", "10.0.0.1:3260", "# spindle pa_1 abc", user, reverse],
  ...SETTINGS,
];

describe("a record", () => {
  it("gets secrets from standard input, for root alone, and keeps what is none of ours", () => {
    haveRecord();
    expect(sh(WRITE_RECORD, words("panelin", "panelout"), "in $ecret%\nout\\secret\n").status).toBe(0);
    const text = readFileSync(file(), "utf8");
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(text.split("\n")).toEqual([
      ...["# BEGIN RECORD 2.1.8", `node.name = ${TARGET}`, "node.tpgt = 1", "node.session.initial_login_retry_max = 8"],
      ...["node.conn[0].address = 10.0.0.1", "# spindle pa_1 abc", ...SETTINGS, "node.session.auth.authmethod = CHAP"],
      ...["node.session.auth.username = panelin", "node.session.auth.password = in $ecret%"],
      ...["node.session.auth.username_in = panelout", "node.session.auth.password_in = out\\secret"],
      ...["# END RECORD", ""],
    ]);
    expect(sh(IS_RECORDED, words().slice(0, 3).concat("# spindle pa_1 abc")).status).toBe(0);
  });

  it("is the same when it is written twice, and knows CHAP no more where there is none", () => {
    haveRecord();
    sh(WRITE_RECORD, words("panelin"), "secret\n");
    expect(sh(WRITE_RECORD, words()).status).toBe(0);
    const once = readFileSync(file(), "utf8");
    expect(once).not.toMatch(/secret|panelin/);
    expect(once.match(/authmethod/g)).toHaveLength(1);
    sh(WRITE_RECORD, words());
    expect(readFileSync(file(), "utf8")).toBe(once);
  });

  it("is made by iscsiadm where there is none", () => {
    // Without a portal group it is a file, not a directory.
    const plain = join(folder, "nodes", TARGET, "10.0.0.1,3260");
    const make = `mkdir -p "${folder}/nodes/${TARGET}" && printf 'node.name = x\\n' >"${plain}"`;
    program("iscsiadm", `${make} && echo "$@" >"${folder}/argv"`);
    expect(sh(WRITE_RECORD, words()).status).toBe(0);
    expect(readFileSync(join(folder, "argv"), "utf8").trim()).toBe(`-m node -T ${TARGET} -p 10.0.0.1:3260 -o new`);
    expect(readFileSync(plain, "utf8")).toContain("# spindle pa_1 abc");
  });

  it("that open-iscsi can't make is a failure", () => {
    program("iscsiadm", "exit 6");
    expect(sh(WRITE_RECORD, words()).status).not.toBe(0);
  });

  const deletion = (storage = "st_1") => [
    ...[TARGET, "10.0.0.1", "3260", "10.0.0.1:3260", "# spindle pa_1 ", join(folder, "marks"), storage],
  ];

  it.each([
    ["ours", "# spindle pa_1 abc\n", [], true],
    ["somebody else's", "", [], false],
    ["another panel's", "# spindle pa_2 abc\n", [], false],
    ["another storage's as well", "# spindle pa_1 abc\n", ["st_2"], false],
    ["only noted by itself", "# spindle pa_1 abc\n", ["st_1"], true],
  ])("%s is deleted: %s", (_what, mark, others, isDeleted) => {
    haveRecord(RECORD + mark);
    for (const other of others) writeFileSync(join(folder, "marks", other), `panel pa_1\ntarget ${TARGET}\n`);
    program("iscsiadm", `echo "$@" >"${folder}/argv"`);
    expect(sh(DELETE_RECORD, deletion()).status).toBe(0);
    expect(existsSync(join(folder, "argv"))).toBe(isDeleted);
  });

  it("that a session uses stays: another LUN's", () => {
    haveRecord(`${RECORD}# spindle pa_1 abc\n`);
    mkdirSync(join(folder, "sys/iscsi_session/session3"), { recursive: true });
    writeFileSync(join(folder, "sys/iscsi_session/session3/targetname"), `${TARGET}\n`);
    mkdirSync(join(folder, "sys/iscsi_connection/connection3:0"), { recursive: true });
    for (const [name, value] of Object.entries({ persistent_address: "10.0.0.1", persistent_port: "3260" }))
      writeFileSync(join(folder, "sys/iscsi_connection/connection3:0", name), `${value}\n`);
    program("iscsiadm", "exit 15");
    const note = join(folder, `.spindle-made-${TARGET}-10.0.0.1-3260`);
    writeFileSync(note, "# spindle pa_1 abc\n");
    expect(sh(DELETE_RECORD, deletion())).toMatchObject({ status: 0, said: "session 3 uses it\n" });
    expect(existsSync(note), "whose it is").toBe(true);
  });

  it("that was cut off while it was written leaves no secret behind once it is deleted", () => {
    haveRecord(`${RECORD}# spindle pa_1 abc\n`);
    const aside = join(folder, `.spindle-${TARGET}-10.0.0.1-3260`);
    writeFileSync(aside, "node.session.auth.password = x\n");
    program("iscsiadm", "exit 0");
    expect(sh(DELETE_RECORD, deletion()).status).toBe(0);
    expect(existsSync(aside)).toBe(false);
  });

  it("that was made and not yet marked when the power failed is deleted as the panel's own", () => {
    const made = `mkdir -p "${place()}" && cp "${folder}/record" "${file()}"`;
    writeFileSync(join(folder, "record"), RECORD);
    program("iscsiadm", `case "$*" in *new) ${made}; kill -9 $PPID ;; *) echo "$@" >"${folder}/argv" ;; esac`);
    sh(WRITE_RECORD, words());
    expect(readFileSync(file(), "utf8")).toBe(RECORD);
    expect(sh(HAS_OWN_RECORD, deletion()).status).toBe(0);
    expect(sh(DELETE_RECORD, deletion()).status).toBe(0);
    expect(readFileSync(join(folder, "argv"), "utf8")).toMatch(/-o delete$/m);
    expect(readdirSync(folder)).not.toContain(`.spindle-made-${TARGET}-10.0.0.1-3260`);
  });

  it("whose making is gone on with says whose it is by itself, and is noted no more", () => {
    writeFileSync(join(folder, `.spindle-made-${TARGET}-10.0.0.1-3260`), "# spindle pa_1 abc\n");
    haveRecord();
    expect(sh(WRITE_RECORD, words()).status).toBe(0);
    expect(readFileSync(file(), "utf8")).toContain("# spindle pa_1 abc");
    expect(readdirSync(folder)).not.toContain(`.spindle-made-${TARGET}-10.0.0.1-3260`);
  });

  it("that is gone is deleted already", () => {
    program("iscsiadm", "exit 21");
    expect(sh(DELETE_RECORD, deletion()).status).toBe(0);
  });
});

const VG = "mOT8rWIjxujDgSas2kI0yZqNLdB82NlB";
function maps(...lines: string[]): void {
  const remove = `echo "$4" >>"${folder}/removed"; sed -i "/ $4 /d" "${folder}/maps"`;
  program("dmsetup", `case $1 in info) cat "${folder}/maps" ;; remove) ${remove} ;; esac`);
  writeFileSync(join(folder, "maps"), `${lines.join("\n")}\n`);
}

describe("maps of a group", () => {
  it.each([
    ["of the drive", `LVM-${VG}xyz net0-dr_1 0`, false],
    ["of another drive", `LVM-${VG}xyz net0-dr_2 0`, true],
    ["of another group of the name", "LVM-other net0-dr_1 0", true],
  ])("%s stands in the way", (_what, line, isClear) => {
    maps(line);
    expect(sh(PROVE_NO_MAP, [VG, "net0-dr_1"]).status === 0).toBe(isClear);
  });

  it("that can't be asked for are not taken for none", () => {
    program("dmsetup", "echo 'no control device' >&2; exit 1");
    for (const script of [PROVE_NO_MAP, NO_MAP, DROP_MAPS]) expect(sh(script, [VG, "net0-dr_1"]).status).toBe(9);
    program("dmsetup", "echo 'No devices found'");
    for (const script of [PROVE_NO_MAP, NO_MAP, DROP_MAPS]) expect(sh(script, [VG, "net0-dr_1"]).status).toBe(0);
  });

  it("that is open stays, and so do the others", () => {
    maps(`LVM-${VG}a net0-dr_1 0`, `LVM-${VG}b net0-dr_2 1`);
    expect(sh(DROP_MAPS, [VG])).toMatchObject({ status: 1, said: expect.stringContaining("in-use net0-dr_2") });
    expect(existsSync(join(folder, "removed"))).toBe(false);
  });

  it("that are gone are gone, whatever dmsetup still waits for", () => {
    maps(`LVM-${VG}a net0-dr_1 0`);
    const text = readFileSync(join(folder, "dmsetup"), "utf8");
    program("dmsetup", `${text}\n[ "$1" != remove ] || exit 1`);
    expect(sh(DROP_MAPS, [VG]).status).toBe(0);
    maps(`LVM-${VG}a net0-dr_1 0`);
    program("dmsetup", `case $1 in info) cat "${folder}/maps" ;; esac`);
    expect(sh(DROP_MAPS, [VG]).status).not.toBe(0);
  });

  it("go by their names, and all of them where none is given", () => {
    maps(`LVM-${VG}a net0-dr_1 0`, `LVM-${VG}b net0-dr_2 0`, "LVM-other x 0");
    expect(sh(DROP_MAPS, [VG, "net0-dr_2"]).status).toBe(0);
    expect(readFileSync(join(folder, "removed"), "utf8")).toBe("net0-dr_2\n");
    expect(sh(DROP_MAPS, [VG]).status).toBe(0);
    expect(readFileSync(join(folder, "maps"), "utf8").trim()).toBe("LVM-other x 0");
  });
});

/** A portal that does with each connection what the test says. */
async function portal(meet: (socket: Socket) => void): Promise<{ port: number; close: () => void }> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    meet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

function look(port: number, mode = "targets", ...words: string[]): Promise<string> {
  const child = spawn("perl", ["-e", LOOK_SCRIPT, "--", mode, "1", "127.0.0.1", String(port), ...words], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end();
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve) => child.on("close", () => resolve(said.trim())));
}

const HEAD = 48;
const CAPACITY = 0x9e;

/** An answer to a request, with a kind, flags and data (RFC 7143 11.2). */
function pdu(kind: number, flags: number, data: Buffer): Buffer {
  const head = Buffer.alloc(HEAD);
  head.set([kind, flags]);
  head.writeUIntBE(data.length, 5, 3);
  return Buffer.concat([head, data, Buffer.alloc(-data.length & 3)]);
}

/** A target with a LUN of 1 MiB, of which each read gets so many bytes, all zero. */
function disk(bytes: number): (socket: Socket) => void {
  const capacity = Buffer.alloc(32);
  capacity.writeBigUInt64BE(2047n);
  capacity.writeUInt32BE(512, 8);
  const answer = (request: Buffer) => {
    // A login leads where it asks to be led; a command gets its data and its end in one.
    if (request[0] === 0x43) return pdu(0x23, request[1] ?? 0, Buffer.alloc(0));
    return pdu(0x25, 0x81, request[32] === CAPACITY ? capacity : Buffer.alloc(bytes));
  };
  return (socket) => {
    let got = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      got = Buffer.concat([got, chunk]);
      while (got.length >= HEAD) {
        const length = HEAD + ((got.readUIntBE(5, 3) + 3) & ~3);
        if (got.length < length) return;
        if (got[0] !== 0x46) socket.write(answer(got));
        got = got.subarray(length);
      }
    });
  };
}

describe("a look at a portal", () => {
  it.each([
    [16_384, "zero 0 16384\nend"],
    [512, "error strange 512 bytes of 16384"],
    [0, "error strange 0 bytes of 16384"],
  ])("that gives %d bytes of 16384, all zero: they are blank only where they are all", async (bytes, said) => {
    const { port, close } = await portal(disk(bytes));
    expect(await look(port, "read", TARGET, "", "", "0".repeat(16), "0:16384:?")).toBe(said);
    close();
  });

  it("that says nothing ends by itself", async () => {
    const { port, close } = await portal(() => {});
    expect(await look(port)).toBe("error silent");
    close();
  });

  it("that hangs up, or talks something else, is no target", async () => {
    const mute = await portal((socket) => socket.destroy());
    expect(await look(mute.port)).toBe("error closed");
    const web = await portal((socket) => socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".repeat(9)));
    expect(await look(web.port)).toMatch(/^error (strange|closed|login)/);
    mute.close();
    web.close();
  });

  it("that is not there is refused", async () => {
    const { port, close } = await portal(() => {});
    close();
    expect(await look(port)).toMatch(/^error refused/);
  });
});
