/**
 * The command with a network of its own, in which there is nothing but loopback. Other programs' interfaces come and go without
 * it: Chromium breaks off its requests each time one does. Needs root.
 */
export const inOwnNetwork = (argv: readonly string[]): string[] => [
  ...["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"],
  ...argv,
];
