const SHORTEST = 4;
const SHORTEST_LINE = 12;

/** Takes the secrets that were opened for a task out of whatever its commands print. */
export class Redactor {
  readonly #values = new Set<string>();

  add(secret: string): void {
    if (secret.trim().length >= SHORTEST) this.#values.add(secret.trim());
    for (const line of secret.split("\n")) if (line.trim().length >= SHORTEST_LINE) this.#values.add(line.trim());
  }

  clean(output: string): string {
    let clean = output;
    for (const value of this.#values) clean = clean.replaceAll(value, "‹secret›");
    return clean;
  }
}
