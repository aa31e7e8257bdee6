"use client";
import { useTranslations } from "use-intl";

/** First stop of the keyboard: past the navigation, right before the page's own actions. */
export function SkipLink() {
  const t = useTranslations("common");
  return (
    <a
      href="#content"
      className="fixed top-2 left-2 z-40 -translate-y-16 rounded-m border border-accent bg-surface px-3 py-1.5 font-medium text-ink focus-visible:translate-y-0"
    >
      {t("skip")}
    </a>
  );
}
