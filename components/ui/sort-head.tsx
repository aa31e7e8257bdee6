"use client";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import type { Sorting } from "#components/shell/use-sort.ts";
import { useTranslations } from "use-intl";
import { PlainButton } from "./button.tsx";
import { Select } from "./select.tsx";

interface Props<C extends string> {
  column: C;
  sort: Sorting<C>;
  className?: string;
  right?: boolean;
  children: ReactNode;
}

/** The head of a column that can be sorted by: a button in it, the order said by `aria-sort`. */
export function SortHead<C extends string>({ column, sort, className = "", right = false, children }: Props<C>) {
  const isOn = sort.column === column;
  const Arrow = sort.isDown ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={isOn ? (sort.isDown ? "descending" : "ascending") : undefined}
      className={`px-3.5 py-1 text-s font-medium text-ink-2 ${right ? "text-right" : "text-left"} ${className}`}
    >
      <PlainButton
        onClick={() => sort.by(column)}
        className={`inline-flex min-h-6 items-center gap-1 hover:text-ink max-sm:hidden ${right ? "flex-row-reverse" : ""} ${isOn ? "font-semibold text-ink" : ""}`}
      >
        {children}
        <Arrow aria-hidden size={12} className={isOn ? "" : "invisible"} />
      </PlainButton>
      {/* On a phone the heads are not in sight: nothing there takes the focus. */}
      <span className="sm:hidden">{children}</span>
    </th>
  );
}

/** The same choice where there are no heads: on a phone, where rows are cards. */
export function SortSelect<C extends string>({
  sort,
  options,
  className = "",
}: {
  sort: Sorting<C>;
  options: readonly { value: C; label: string }[];
  className?: string;
}) {
  const t = useTranslations("common");
  const both = options.flatMap(({ value, label }) => [
    { value, label: t("sortBy", { column: label }) },
    { value: `-${value}`, label: t("sortByReversed", { column: label }) },
  ]);
  return (
    <Select
      label={t("sort")}
      value={sort.value}
      options={both}
      onChange={sort.set}
      className={`sm:hidden ${className}`}
    />
  );
}
