/** Sentences of this area; ICU message syntax. */
export const file = {} as const;
