/** Sentences of this area; ICU message syntax. */
export const live = {} as const;
