/** Whether a row can bear a text as it is: PostgreSQL's has no NUL and no half of a character. */
export const isStorable = (value: string) => value.isWellFormed() && !value.includes("\0");

/**
 * A text to look for, as a row could have it: no row has what can't be stored, so a search for that finds nothing. The
 * sign for a lost character stands in its place.
 */
export const asLookedFor = (value: string) => value.toWellFormed().replaceAll("\0", "\uFFFD");

/** Where in a value there is a text that no row can bear, as paths; the name of a field counts as its text. */
export function unstorableIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value === "string") return isStorable(value) ? [] : [[...path]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    isStorable(name) ? unstorableIn(each, [...path, name]) : [[...path]],
  );
}
