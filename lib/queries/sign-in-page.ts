/**
 * The way from a page to the sign-in page, taken once. An ended session is heard on several lines at the same moment (the
 * event stream, every question under way), and while the reader signs out all of them hear it too: none of them may
 * make the next reader land where this one left.
 */
let isLeaving = false;
const listeners = new Set<(isLeaving: boolean) => void>();

function setLeaving(value: boolean): void {
  isLeaving = value;
  for (const tell of listeners) tell(value);
}

/** Told as the reader begins to sign out, and with false where that failed. Answers with the function that ends it. */
export function onLeaving(listener: (isLeaving: boolean) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** For whoever hears that the session has ended: leaves, and comes back to this page after the sign-in. */
export function leaveForSignIn(): void {
  if (isLeaving) return;
  isLeaving = true;
  const here = `${window.location.pathname}${window.location.search}`;
  window.location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
}

/** Runs `end`, which ends the session, and leaves for good once it has; a refusal is given back and the page stays. */
export async function leaveBy<T extends { ok: boolean }>(end: () => Promise<T>): Promise<T> {
  setLeaving(true);
  try {
    const result = await end();
    if (result.ok) window.location.assign("/sign-in");
    else setLeaving(false);
    return result;
  } catch (error) {
    setLeaving(false);
    throw error;
  }
}
