const SHORTEST = 4;
const SHORTEST_LINE = 12;

/** Takes the secrets that were opened for a task out of whatever its commands print, and what can't be kept. */
export class Redactor {
  readonly #values = new Set<string>();

  add(secret: string): void {
    if (secret.trim().length >= SHORTEST) this.#values.add(secret.trim());
    for (const line of secret.split("\n")) if (line.trim().length >= SHORTEST_LINE) this.#values.add(line.trim());
  }

  clean(output: string): string {
    // PostgreSQL can hold no NUL, neither in a text nor in JSON.
    let clean = output.replaceAll("\0", "\u2400");
    for (const value of this.#values) clean = clean.replaceAll(value, "‹secret›");
    return clean;
  }
}
