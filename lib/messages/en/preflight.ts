/** Sentences of this area; ICU message syntax. */
export const preflight = {} as const;
