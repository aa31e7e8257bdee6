/** How tables of a storage's details look; on a phone each row is a block of its own. */
export const HEAD = "px-3.5 py-1.5 text-left text-s font-medium text-ink-2";
export const CELL = "px-3.5 py-1.5 align-middle max-sm:block max-sm:px-0 max-sm:py-0.5";
export const ROW = "border-t border-line max-sm:block max-sm:px-3.5 max-sm:py-2.5";
