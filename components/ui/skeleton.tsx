"use client";
import { useTranslations } from "use-intl";

const WIDTHS = ["w-3/5", "w-2/3", "w-1/2", "w-3/4", "w-2/5"] as const;

/** The shape of a page with a table, while it is on its way. */
export function PageSkeleton() {
  const t = useTranslations("common");
  return (
    <div className="p-4 sm:p-5" aria-busy="true">
      <p className="sr-only">{t("loading")}</p>
      <div className="skeleton h-7 w-56" />
      <div className="skeleton mt-2 h-4 w-80 max-w-full" />
      <div className="mt-6">
        <Rows />
      </div>
    </div>
  );
}

function Rows() {
  return (
    <div className="rounded-m border border-line bg-surface">
      {WIDTHS.map((width) => (
        <div key={width} className="border-line px-3.5 py-3 not-first:border-t">
          <div className={`skeleton h-4 ${width}`} />
        </div>
      ))}
    </div>
  );
}

/** The rows of a table, while they are on their way. */
export function RowsSkeleton() {
  const t = useTranslations("common");
  return (
    <div aria-busy="true">
      <p className="sr-only">{t("loading")}</p>
      <Rows />
    </div>
  );
}
