const FIRST_MS = 50;
const MOST_MS = 5_000;

/** Milliseconds to wait before try number `attempt` + 1: doubling up to five seconds, spread, so that nobody comes all at once. */
export function retryPause(attempt: number): number {
  return Math.min(MOST_MS, FIRST_MS * 2 ** attempt) * (0.75 + Math.random() / 4);
}
