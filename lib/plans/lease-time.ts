/** A task whose process says nothing for so long is taken by another one. */
export const LEASE_SECONDS = 15;
