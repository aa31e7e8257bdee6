/** Sentences of this area; ICU message syntax. */
export const auth = {} as const;
