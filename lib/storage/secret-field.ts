import { z } from "zod";
import { isSecretId } from "../domain/secret-id.ts";
import type { StorageDriver } from "./contract.ts";
import { listEntries } from "./form.ts";

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

/** Fields of a config, or of an entry of one of its lists, that name a secret. */
function secretsIn(fields: readonly string[], values: Config): [field: string, id: string][] {
  return fields.flatMap((field) => {
    const id = values[field];
    return typeof id === "string" && id !== "" && id !== NO_SECRET ? [[field, id] as [string, string]] : [];
  });
}

/** Ids of the secrets that a config names, in lists as well: an entry's secrets stand in fields of the same names. */
export function secretIds(driver: Pick<StorageDriver, "secrets"> | null, config: Config): string[] {
  const fields = Object.keys(driver?.secrets ?? {});
  return [config, ...listEntries(config)].flatMap((values) => secretsIn(fields, values).map(([, id]) => id));
}

/** The same config without those secrets whose row is not there any more. */
export function withoutGone<C extends Config>(
  driver: Pick<StorageDriver, "secrets"> | null,
  config: C,
  isThere: (id: string) => boolean,
): C {
  const fields = Object.keys(driver?.secrets ?? {});
  const without = <V extends Config>(values: V): V => {
    const gone = secretsIn(fields, values).filter(([, id]) => !isThere(id));
    return gone.length === 0 ? values : { ...values, ...Object.fromEntries(gone.map(([field]) => [field, ""])) };
  };
  const lists = Object.entries(config).filter(([, value]) => Array.isArray(value));
  const own = without(config);
  if (lists.length === 0) return own;
  return { ...own, ...Object.fromEntries(lists.map(([name, list]) => [name, (list as Config[]).map(without)])) };
}
