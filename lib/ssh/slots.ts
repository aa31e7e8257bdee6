interface Waiter {
  go: () => void;
  fail: (error: unknown) => void;
}

/** At most `size` at once; the others wait in order. */
export class Slots {
  readonly #size: number;
  #taken = 0;
  #ended: Error | null = null;
  readonly #waiting: Waiter[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Resolves with the function that gives the slot back; calling it twice does no harm. Rejects when aborted or ended. */
  async take(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#ended) throw this.#ended;
    if (this.#taken < this.#size) this.#taken += 1;
    else await this.#wait(signal);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      // The slot goes from hand to hand: `taken` stays while somebody waits.
      const next = this.#waiting.shift();
      if (next) next.go();
      else this.#taken -= 1;
    };
  }

  /** Nobody gets a slot any more; those who wait get the error. */
  end(error: Error): void {
    this.#ended = error;
    for (const waiter of this.#waiting.splice(0)) waiter.fail(error);
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal?.reason);
      };
      const settle = (then: () => void) => {
        signal?.removeEventListener("abort", leave);
        then();
      };
      const waiter: Waiter = { go: () => settle(resolve), fail: (error) => settle(() => reject(error)) };
      this.#waiting.push(waiter);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }
}
