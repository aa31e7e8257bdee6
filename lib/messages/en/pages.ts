/** Sentences of this area; ICU message syntax. */
export const pages = {} as const;
