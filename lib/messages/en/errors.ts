/** Sentences of this area; ICU message syntax. */
export const errors = {
  "not-signed-in": "You are not signed in, or your session has ended.",
  "not-set-up": "This panel has no administrator yet. Open the set-up link it printed when it started.",
  "invalid-input": "Something in the form needs another look.",
  "wrong-host": "This address is not the panel's. Set SPINDLE_ORIGIN to the address people use.",
  "wrong-origin": "This request does not come from a page of the panel.",
  "no-node": "This node is no longer here.",
  internal: "Something went wrong in the panel itself. The request id names it in the log.",
  "database-away": "The panel’s database does not answer. The panel goes on looking for it: try again in a moment.",
  field: {
    invalid: "This value is not usable.",
    missing: "This is needed.",
    long: "This is too long.",
    characters: "It holds a character that can’t be kept: NUL, or half of one.",
  },
  secret: {
    gone: "The password or key kept for this is gone.",
    "gone-hint": "It is kept for an hour at most. Type it again.",
  },
} as const;
