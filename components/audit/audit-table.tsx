"use client";
import { ChevronDown } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "use-intl";
import { useSort } from "#components/shell/use-sort.ts";
import { Pane } from "#components/ui/layout.tsx";
import { SortHead } from "#components/ui/sort-head.tsx";
import { type AuditRow, nameIn, pageOf } from "#lib/domain/audit.ts";
import { visible, visibleOutput } from "#lib/domain/visible.ts";
import { useAuditWords } from "./audit-words.ts";

function Moment({ iso }: { iso: string }) {
  const format = useFormatter();
  const at = new Date(iso);
  const day = { day: "numeric", month: "short", year: "numeric" } as const;
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  return (
    <time dateTime={iso} title={format.dateTime(at, { dateStyle: "full", timeStyle: "long" })}>
      {format.dateTime(at, { ...day, ...time })}
    </time>
  );
}

function About({ row }: { row: AuditRow }) {
  const words = useAuditWords();
  // Who signs in or out is who the row is about.
  const own = row.action.startsWith("session.") ? row.who : row.entityId;
  const name = visible(nameIn(row.detail) ?? own);
  const href = pageOf(row);
  return (
    <>
      <span className="text-ink-2">{words.entity(row.entity)} </span>
      {href ? (
        <Link
          prefetch={false}
          href={href}
          className="inline-flex min-h-6 min-w-6 items-center break-all no-underline hover:underline"
        >
          {name}
        </Link>
      ) : (
        <span className="break-all">{name}</span>
      )}
    </>
  );
}

function Details({ row }: { row: AuditRow }) {
  const t = useTranslations("audit");
  const text = JSON.stringify({ ...row.detail, id: row.entityId }, null, 2);
  return (
    <details className="group">
      <summary className="inline-flex min-h-6 items-center gap-1 text-s text-ink-2 hover:text-ink">
        <ChevronDown aria-hidden size={13} className="-rotate-90 group-open:rotate-0" />
        {t("details")}
      </summary>
      <p className="mt-1 text-s text-ink-2">
        {t("request")} <span className="font-mono break-all">{visible(row.requestId)}</span>
      </p>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="mt-1 max-h-56 overflow-auto rounded-s border border-line bg-sunken px-2.5 py-2 font-mono text-s break-all whitespace-pre-wrap"
      >
        {visibleOutput(text)}
      </pre>
    </details>
  );
}

function Line({ row }: { row: AuditRow }) {
  const t = useTranslations("audit");
  const words = useAuditWords();
  const cell = "px-3.5 py-2 align-top max-sm:block max-sm:px-0 max-sm:py-0.5";
  return (
    <tr className="border-t border-line max-sm:block max-sm:px-3.5 max-sm:py-3">
      <td className={`${cell} whitespace-nowrap text-ink-2`}>
        <Moment iso={row.at} />
      </td>
      <td className={cell}>
        {visible(row.who)}
        <span className="block text-s break-words text-ink-2">{visible(row.address ?? t("noAddress"))}</span>
      </td>
      <td className={`${cell} font-medium`}>{words.action(row.action)}</td>
      <td className={cell}>
        <About row={row} />
      </td>
      <td className={cell}>
        <Details row={row} />
      </td>
    </tr>
  );
}

/** The order of the log. */
export const useAuditSort = () => useSort(["when"], "when", ["when"]);

/** Rows of the audit log; on a phone each row is a card. */
export function AuditTable({ rows }: { rows: AuditRow[] }) {
  const t = useTranslations("audit");
  const sort = useAuditSort();
  const head = "px-3.5 py-1 text-left text-s font-medium text-ink-2";
  return (
    <Pane className="overflow-hidden">
      <table className="w-full table-fixed border-collapse max-sm:block" aria-label={t("title")}>
        <thead className="bg-sunken max-sm:sr-only">
          <tr>
            <SortHead column="when" sort={sort} className="w-44">
              {t("column.when")}
            </SortHead>
            <th scope="col" className={`${head} w-40`}>
              {t("column.who")}
            </th>
            <th scope="col" className={`${head} w-56`}>
              {t("column.what")}
            </th>
            <th scope="col" className={head}>
              {t("column.about")}
            </th>
            <th scope="col" className={head}>
              {t("column.detail")}
            </th>
          </tr>
        </thead>
        <tbody className="max-sm:block">
          {rows.map((row) => (
            <Line key={row.id} row={row} />
          ))}
        </tbody>
      </table>
    </Pane>
  );
}
