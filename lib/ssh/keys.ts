import { generateKeyPairSync, randomBytes } from "node:crypto";
import ssh2 from "ssh2";

const TYPE = "ssh-ed25519";
/** OpenSSH pads the private part to the block size of "no cipher". */
const BLOCK = 8;

export interface KeyPair {
  /** OpenSSH's format; to be sealed at once. */
  privateKey: string;
  /** `ssh-ed25519 AAAA…`, without a comment. */
  publicKey: string;
}

function field(value: Buffer | string): Buffer {
  const body = Buffer.from(value as Buffer);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function openSshPrivateKey(publicPart: Buffer, seed: Buffer, publicKey: Buffer): string {
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    field(TYPE),
    field(publicKey),
    field(Buffer.concat([seed, publicKey])),
    field(""),
  ]);
  const padding = Buffer.from(Array.from({ length: (BLOCK - (secret.length % BLOCK)) % BLOCK }, (_, at) => at + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const head = [Buffer.from("openssh-key-v1\0"), field("none"), field("none"), field(""), one];
  const all = Buffer.concat([...head, field(publicPart), field(Buffer.concat([secret, padding]))]);
  const lines = all.toString("base64").match(/.{1,70}/g) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** A new ed25519 key pair. Written here, because one in a hundred of those that ssh2 makes can't be read back. */
export function newKeyPair(): KeyPair {
  const { d, x } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  if (!d || !x) throw new Error("The system made an ed25519 key without its parts");
  const publicKey = Buffer.from(x, "base64url");
  const publicPart = Buffer.concat([field(TYPE), field(publicKey)]);
  return {
    privateKey: openSshPrivateKey(publicPart, Buffer.from(d, "base64url"), publicKey),
    publicKey: `${TYPE} ${publicPart.toString("base64")}`,
  };
}

/** The public half of a private key in OpenSSH's format, as `newKeyPair` gave it: `ssh-ed25519 AAAA…`. */
export function publicKeyOf(privateKey: string): string {
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw new Error("A node's private key can't be read", { cause: parsed });
  return `${parsed.type} ${parsed.getPublicSSH().toString("base64")}`;
}

/** The line for a node's authorized_keys: commands only, no forwarding, no terminal; `id` marks it as ours. */
export function authorizedKeysLine(publicKey: string, id: string): string {
  return `restrict ${publicKey} spindle:${id}`;
}
