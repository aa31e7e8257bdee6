"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { THEME_COOKIE, THEMES, type Theme } from "#components/shell/theme.ts";
import { writeCookie } from "#components/shell/write-cookie.ts";
import { Segments } from "#components/ui/segments.tsx";

/** Light, dark, or as the system: at once, and in the first paint of every later page. */
export function ThemeChoice({ initial }: { initial: Theme }) {
  const t = useTranslations("pages.settings");
  const [theme, setTheme] = useState(initial);
  const choose = (next: Theme) => {
    setTheme(next);
    writeCookie(THEME_COOKIE, next === "system" ? null : next);
    document.documentElement.classList.remove("light", "dark");
    if (next !== "system") document.documentElement.classList.add(next);
  };
  return (
    <Segments
      label={t("theme")}
      value={theme}
      options={THEMES.map((value) => ({ value, label: t(`themes.${value}`) }))}
      onChange={choose}
    />
  );
}
