/** Sentences of this area; ICU message syntax. */
export const common = {} as const;
