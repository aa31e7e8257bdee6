/** One argument for a POSIX shell, whatever it holds. Throws for NUL, which no argument can carry. */
export function quote(argument: string): string {
  if (argument.includes("\0")) throw new RangeError("An argument can't hold a NUL character");
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** An argv as one shell line that gives back exactly these arguments. */
export function quoteAll(argv: readonly string[]): string {
  return argv.map(quote).join(" ");
}
