import { z } from "zod";
import { isSecretId } from "../domain/secret-id.ts";
import type { StorageDriver } from "./contract.ts";

/** Stands in a config for a secret that was typed and can't be one: every schema refuses it. */
export const NO_SECRET = "!";

/**
 * A field of a driver's form that takes a secret, which its `secrets` name with what may be typed. What is typed is sealed
 * when it is saved; the config holds the id of its row, which steps name as a `SecretRef`, and nothing where there is none.
 */
export const secretField = (message: string) =>
  z
    .string(message)
    .refine((value) => value === "" || isSecretId(value), message)
    .default("");

type Config = Record<string, unknown>;

/** Ids of the secrets that a config names. */
export function secretIds(driver: StorageDriver | null, config: Config): string[] {
  return Object.keys(driver?.secrets ?? {}).flatMap((field) => {
    const id = config[field];
    return typeof id === "string" && id !== "" && id !== NO_SECRET ? id : [];
  });
}

/** The same config without those secrets whose row is not there any more. */
export function withoutGone<C extends Config>(
  driver: StorageDriver | null,
  config: C,
  isThere: (id: string) => boolean,
): C {
  const gone = Object.keys(driver?.secrets ?? {}).filter((field) => {
    const id = config[field];
    return typeof id === "string" && id !== "" && id !== NO_SECRET && !isThere(id);
  });
  return gone.length === 0 ? config : { ...config, ...Object.fromEntries(gone.map((field) => [field, ""])) };
}
