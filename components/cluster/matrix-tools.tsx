"use client";
import { Filter, TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import { useAddress } from "#components/shell/use-address.ts";
import { Button, PlainButton } from "#components/ui/button.tsx";
import { INPUT } from "#components/ui/field.tsx";
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
      <label className="relative block w-full sm:w-60">
        <span className="sr-only">{t("filter")}</span>
        <Filter aria-hidden size={15} className="pointer-events-none absolute top-2 left-2.5 text-ink-3" />
        <input
          type="search"
          placeholder={t("filter")}
          maxLength={FILTER_LENGTH}
          value={address.get("q") ?? ""}
          onChange={(event) => setAddress({ q: event.target.value.slice(0, FILTER_LENGTH) })}
          className={`${INPUT} h-8 border-control-line pl-8`}
        />
      </label>
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
