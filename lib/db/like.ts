/** A pattern that finds what was typed anywhere, in lower case: `%`, `_` and `\` in it mean themselves. */
export const likePattern = (typed: string) => `%${typed.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;
