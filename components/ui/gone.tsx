"use client";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { LinkButton } from "./button.tsx";
import { PageHead } from "./layout.tsx";

/** The address leads to nothing, or to what was removed while the page was open. */
export function Gone({ children }: { children: ReactNode }) {
  const t = useTranslations("common");
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={children} below={t("notFoundHint")} />
      <LinkButton href="/">{t("toOverview")}</LinkButton>
    </div>
  );
}
