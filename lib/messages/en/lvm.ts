/** Sentences of this area; ICU message syntax. */
export const lvm = {} as const;
