/** Whether this is `npm run test:full`: what takes too long for a landing runs as well. */
export const isFull = process.env.SPINDLE_TEST_FULL === "1";
