/** Sentences of this area; ICU message syntax. */
export const task = {} as const;
