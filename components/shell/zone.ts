export const ZONE_COOKIE = "spindle-zone";

/** A cookie's value as a time zone that this server knows; UTC otherwise. */
export function zoneOf(value: string | undefined): string {
  if (!value) return "UTC";
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    // A value nobody set on purpose: the browser sends its own zone again.
    return "UTC";
  }
}
