/** Sentences of this area; ICU message syntax. */
export const wizard = {} as const;
