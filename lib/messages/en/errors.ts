/** Sentences of this area; ICU message syntax. */
export const errors = {} as const;
