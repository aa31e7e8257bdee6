/** The name of the constraint that a failed statement broke; null for any other failure. */
export function brokenConstraint(error: unknown): string | null {
  const { cause, constraint_name: own } = error as { cause?: { constraint_name?: string }; constraint_name?: string };
  return cause?.constraint_name ?? own ?? null;
}
