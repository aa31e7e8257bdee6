import ssh2 from "ssh2";
import { expect, it } from "vitest";
import { authorizedKeysLine, newKeyPair } from "./keys.ts";

it("every key pair can be read back, and its halves belong together", () => {
  for (let i = 0; i < 1_000; i += 1) {
    const pair = newKeyPair();
    const key = ssh2.utils.parseKey(pair.privateKey);
    if (key instanceof Error) throw key;
    expect(`ssh-ed25519 ${key.getPublicSSH().toString("base64")}`).toBe(pair.publicKey);
  }
});

it("the installed line allows commands only and carries its mark", () => {
  expect(authorizedKeysLine("ssh-ed25519 AAAA", "nd_1")).toBe("restrict ssh-ed25519 AAAA spindle:nd_1");
});
