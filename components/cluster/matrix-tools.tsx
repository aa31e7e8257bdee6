"use client";
import { TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import { useAddress } from "#components/shell/use-address.ts";
import { Button, PlainButton } from "#components/ui/button.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import type { MatrixRows } from "./use-matrix-rows.ts";

/** The filter stands in the address, which servers take up to a few thousand bytes of. */
const FILTER_LENGTH = 200;

/** Filter, "only what is wrong" and the order of the rows. */
export function MatrixTools({ rows }: { rows: MatrixRows }) {
  const t = useTranslations("pages.cluster");
  const [address, setAddress] = useAddress();
  const onlyWrong = address.get("wrong") === "1";
  return (
    <div className="mb-2.5 flex flex-wrap items-center gap-2">
      <SearchField
        label={t("filter")}
        value={address.get("q") ?? ""}
        onChange={(q) => setAddress({ q })}
        afterMs={0}
        maxLength={FILTER_LENGTH}
        className="w-full sm:w-60"
      />
      <PlainButton
        aria-pressed={onlyWrong}
        onClick={() => setAddress({ wrong: onlyWrong ? null : "1" })}
        className={`inline-flex h-8 items-center gap-1.5 rounded-full border px-3 ${onlyWrong ? "border-accent bg-accent-soft font-medium text-ink" : "border-line-strong bg-surface text-ink-2 hover:border-control-line"}`}
      >
        <TriangleAlert aria-hidden size={14} />
        {t("onlyWrong")} · {rows.wrong}
      </PlainButton>
      <span className="ml-auto flex items-center gap-2 text-s text-ink-2">
        {rows.count === rows.total
          ? t("order", { shown: rows.total })
          : t("orderFiltered", { shown: rows.count, total: rows.total })}
        {rows.outdated ? (
          <Button small look="quiet" onClick={rows.resort}>
            {t("resort")}
          </Button>
        ) : null}
      </span>
    </div>
  );
}
