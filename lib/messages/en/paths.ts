/** Paths to a LUN, on the pages of its storage; ICU message syntax. */
export const paths = {
  of: "Paths to the LUN {wwid}",
  none: "No session to the target, so no path to the LUN {wwid}.",
  column: { portal: "Portal", session: "Session", path: "Path", state: "State" },
  up: "up",
  missing: "no path",
  still: "The multipath device {device} stands still.",
  noDevice: "multipath does not have it.",
  device: "{device}, {size}",
} as const;
