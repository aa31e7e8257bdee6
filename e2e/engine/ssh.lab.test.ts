import { afterAll, beforeAll, expect, it } from "vitest";
import type { LabNode } from "../../lab/index.ts";
import type { ErrorCode } from "../../lib/domain/errors.ts";
import { type Connection, connect } from "../../lib/ssh/connection.ts";
import { readHostKey } from "../../lib/ssh/host-key.ts";
import { newKeyPair } from "../../lib/ssh/keys.ts";
import { run } from "../../lib/ssh/run.ts";
import { openStream, type StreamEnd } from "../../lib/ssh/stream.ts";
import { bareNodes, nodesDown } from "../support/nodes.ts";

let node: LabNode;
let fingerprint: string;
let connection: Connection;
const sh = (script: string) => ({ argv: ["sh", "-c", script] });

beforeAll(async () => {
  node = (await bareNodes()).nodes[0]!;
  fingerprint = await node.hostKeyFingerprint();
  connection = await connectWith(fingerprint, { password: node.rootPassword });
});
afterAll(async () => {
  connection?.close();
  await nodesDown();
});

function connectWith(expected: string, credential: { password?: string; privateKey?: string }): Promise<Connection> {
  return connect({ address: node.address, port: node.port, user: "root", fingerprint: expected, credential });
}

function refused(work: Promise<unknown>, code: ErrorCode) {
  return expect(work).rejects.toMatchObject({ view: { code } });
}

/** How often the node's sshd has been offered a password or key by us. */
async function attempts(): Promise<number> {
  const { stdout } = await node.exec("journalctl -u ssh -o cat --no-pager | grep -cE 'Failed|Accepted' || :");
  return Number(stdout.trim());
}

it("reads a host key without signing in, and meets another one with a loud refusal before it sends anything", async () => {
  const before = await attempts();
  expect(await readHostKey(node.address, node.port)).toEqual({ fingerprint, keyType: "ssh-ed25519" });
  const work = connectWith("SHA256:another", { password: node.rootPassword });
  await expect(work).rejects.toMatchObject({
    view: { code: "host-key", message: { values: { expected: "SHA256:another", seen: fingerprint } } },
  });
  expect(await attempts()).toBe(before);
});

it("says what kept it from connecting", async () => {
  await refused(connectWith(fingerprint, { password: "wrong" }), "auth-failed");
  await refused(connectWith(fingerprint, { privateKey: newKeyPair().privateKey }), "auth-failed");
  await refused(readHostKey(node.address, 9), "unreachable");
  await refused(readHostKey("no-such-machine.invalid", 22), "unreachable");
});

it("makes keys that OpenSSH reads", async () => {
  const { privateKey, publicKey } = newKeyPair();
  const script = "umask 077; cat >/root/key; ssh-keygen -y -f /root/key; rm /root/key";
  expect((await node.sh(script, { input: privateKey })).trim()).toBe(publicKey);
});

it("tries the key, then the password", async () => {
  const both = await connectWith(fingerprint, { privateKey: newKeyPair().privateKey, password: node.rootPassword });
  expect((await run(both, { argv: ["id", "-u"] })).stdout).toBe("0\n");
  both.close();
});

it("gives back code, both outputs and every argument as it was", async () => {
  const hostile = ["", "it's", "$HOME `id` $(id)", "a\nb", "-rf", "é漢🌍", "*"];
  const result = await run(connection, {
    argv: ["sh", "-c", 'printf "%s|" "$@"; echo warn >&2; exit 3', "-", ...hostile],
  });
  expect(result).toMatchObject({ code: 3, stdout: hostile.map((value) => `${value}|`).join(""), stderr: "warn\n" });
  expect(
    (await run(connection, { argv: ["cat"], stdin: "é".repeat(50_000) }, { maxLineBytes: 200_000 })).stdout,
  ).toHaveLength(50_000);
});

it("ends what takes too long on the node too, and tells a read from a change", async () => {
  await refused(run(connection, { argv: ["sleep", "77"], timeoutMs: 1_000 }), "timeout");
  await refused(run(connection, { argv: ["sleep", "77"], timeoutMs: 1_000 }, { effect: "change" }), "outcome-unknown");
  expect((await node.exec("pgrep -fx 'sleep 77'")).code).toBe(1);
});

it("takes no code at all for a failure, never for success", async () => {
  await refused(run(connection, sh("kill -9 $PPID")), "unreachable");
  await refused(run(connection, sh("kill -9 $PPID"), { effect: "change" }), "outcome-unknown");
});

it("does not wait for a child that holds the channel open", async () => {
  const { code, durationMs } = await run(connection, sh("sleep 20 & echo begun"));
  expect(code).toBe(0);
  expect(durationMs).toBeLessThan(15_000);
});

it("stops listening to a command that prints too much", async () => {
  await refused(run(connection, { argv: ["yes"] }), "command-failed");
  await refused(run(connection, sh("head -c 100000 /dev/zero | tr '\\0' x")), "command-failed");
});

it("runs more commands at once than sshd allows sessions", async () => {
  const results = await Promise.all(Array.from({ length: 20 }, () => run(connection, { argv: ["true"] })));
  expect(results.every(({ code }) => code === 0)).toBe(true);
  expect(connection.channels.taken).toBe(0);
});

function streamed(script: string, onLine: (line: string) => void): Promise<StreamEnd> {
  return new Promise((resolve, reject) => {
    openStream(connection, sh(script), { onLine, onClose: resolve }).catch(reject);
  });
}

it("ends only the stream that floods or never ends its line, and none for a mistake of its handler", async () => {
  const lines: string[] = [];
  const throwing = streamed("echo é; echo 2; echo oops >&2; exit 5", (line) => {
    lines.push(line);
    throw new Error("a handler's own mistake");
  });
  expect(await throwing).toEqual({ reason: "exit", code: 5, stderr: "oops\n" });
  expect(lines).toEqual(["é", "2"]);
  expect((await streamed("yes", () => {})).reason).toBe("flood");
  expect((await streamed("head -c 200000 /dev/zero | tr '\\0' x; sleep 5", () => {})).reason).toBe("line");
  expect((await run(connection, { argv: ["true"] })).code).toBe(0);
});

it("tells a lost connection: reads have failed, changes are unknown, streams are lost", async () => {
  const own = await connectWith(fingerprint, { password: node.rootPassword });
  const pid = (await run(own, sh("ps -o ppid= -p $PPID; :"))).stdout.trim();
  const lost = new Promise<StreamEnd>((resolve) => {
    void openStream(own, { argv: ["sleep", "60"] }, { onLine: () => {}, onClose: resolve });
  });
  const read = refused(run(own, { argv: ["sleep", "15"] }), "unreachable");
  const change = refused(run(own, { argv: ["sleep", "15"] }, { effect: "change" }), "outcome-unknown");
  // All three are under way.
  await expect.poll(() => own.channels.taken).toBe(3);
  await expect
    .poll(async () => (await node.exec("pgrep -c sleep")).stdout.trim(), { timeout: 20_000 })
    .toMatch(/^[3-9]/);
  await node.sh(["kill", "-9", pid]);
  await Promise.all([read, change]);
  expect((await lost).reason).toBe("lost");
  await refused(run(own, { argv: ["true"] }), "unreachable");
});
