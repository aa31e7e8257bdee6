export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const THEME_COOKIE = "spindle-theme";

/** A cookie's value as a theme; anything else follows the system. */
export function themeOf(value: string | undefined): Theme {
  return value === "light" || value === "dark" ? value : "system";
}

/** Class of the root element; none follows the system. */
export function themeClass(value: string | undefined): string | undefined {
  const theme = themeOf(value);
  return theme === "system" ? undefined : theme;
}
