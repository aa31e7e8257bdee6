const MAX_BYTES = 4_000;
const NEWLINE = 10;

/** Cuts output into lines for the live log; a very long line is handed on in pieces. */
export class LiveLines {
  readonly #onLine: (line: string) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  add(chunk: Buffer): void {
    let all: Buffer = Buffer.concat([this.#rest, chunk]);
    for (let end = all.indexOf(NEWLINE); end >= 0 || all.length > MAX_BYTES; end = all.indexOf(NEWLINE)) {
      const whole = end >= 0 && end <= MAX_BYTES;
      this.#onLine(all.toString("utf8", 0, whole ? end : MAX_BYTES));
      all = all.subarray(whole ? end + 1 : MAX_BYTES);
    }
    this.#rest = Buffer.from(all);
  }

  /** Hands on what has no newline behind it. */
  end(): void {
    if (this.#rest.length > 0) this.#onLine(this.#rest.toString("utf8"));
    this.#rest = Buffer.alloc(0);
  }
}
