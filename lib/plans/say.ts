import { createTranslator } from "use-intl/core";
import type { Text } from "../domain/text.ts";
import { en } from "../messages/en.ts";

const translate = createTranslator({ locale: "en", messages: en }) as unknown as (
  key: string,
  values?: Text["values"],
) => string;

/** A sentence as a line of the task's log, which is kept as it was said. */
export function say({ key, values }: Text): string {
  return translate(key, values);
}
