import { Client } from "ssh2";
import { fingerprintOf } from "./connection.ts";
import { connectError } from "./errors.ts";

export interface HostKey {
  /** `SHA256:…` as OpenSSH prints it. */
  fingerprint: string;
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, … */
  keyType: string;
}

/** The algorithm's name, which is the first string of every public key. */
function keyTypeOf(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString("latin1");
}

/** Asks a machine for its host key and leaves before signing in: no user, no credential is sent. Throws PanelError `unreachable`. */
export function readHostKey(address: string, port: number, options: { timeoutMs?: number } = {}): Promise<HostKey> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let found: HostKey | null = null;
    // ssh2 reports our own refusal of the key as an error: what counts is whether a key was seen.
    const end = (error: unknown) => {
      client.destroy();
      if (found) resolve(found);
      else reject(connectError(error, { address, port }));
    };
    client.on("error", end);
    client.on("close", () => end(new Error("closed before the key was shown")));
    client.connect({
      host: address,
      port,
      username: "spindle",
      readyTimeout: options.timeoutMs ?? 10_000,
      hostVerifier: (key: Buffer) => {
        found = { fingerprint: fingerprintOf(key), keyType: keyTypeOf(key) };
        return false;
      },
    });
  });
}
