import { en } from "./en.ts";

/** Whether the English catalogue has a sentence at this key, such as `errors.internal`. */
export function hasSentence(key: string): boolean {
  const found = key
    .split(".")
    .reduce<unknown>(
      (at, part) =>
        typeof at === "object" && at !== null && Object.hasOwn(at, part)
          ? (at as Record<string, unknown>)[part]
          : undefined,
      en,
    );
  return typeof found === "string";
}
