import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { MasterKey } from "./keyring.ts";

const NONCE = 12;
const TAG = 16;

/** What a sealed value is bound to: moved to another table, row or purpose it no longer opens. */
export interface Binding {
  table: string;
  row: string;
  purpose: string;
}

const additional = (to: Binding) => Buffer.from(`${to.table}|${to.row}|${to.purpose}`);

/** AES-256-GCM with a fresh nonce: nonce, tag, ciphertext. */
export function seal(key: MasterKey, to: Binding, value: string): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key.key, nonce);
  cipher.setAAD(additional(to));
  const body = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** Opens a sealed value. Throws when the key, the binding or the bytes differ. */
export function unseal(key: MasterKey, to: Binding, sealed: Buffer): string {
  const decipher = createDecipheriv("aes-256-gcm", key.key, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(additional(to));
  decipher.setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()]).toString("utf8");
}
