import { isSecretId } from "#lib/domain/secret-id.ts";
import { visible } from "#lib/domain/visible.ts";

/** A storage's settings in one line: its values, as typed, but for secrets. */
export function configLine(config: Record<string, string | number | boolean>): string {
  return Object.values(config)
    .filter((value) => typeof value !== "boolean" && value !== "" && !isSecretId(String(value)))
    .map((value) => visible(String(value)))
    .join(" · ");
}
