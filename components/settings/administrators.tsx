"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useSort } from "#components/shell/use-sort.ts";
import { Ago } from "#components/text/time.tsx";
import { Ask } from "#components/ui/ask.tsx";
import { Pane } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { RowsSkeleton } from "#components/ui/skeleton.tsx";
import { SortHead } from "#components/ui/sort-head.tsx";
import { Tag } from "#components/ui/status.tsx";
import { endSessions, removeAdministrator } from "#lib/actions/auth.ts";
import type { AdministratorView } from "#lib/domain/account.ts";
import { naturalOrder } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import { administratorsQuery } from "#lib/queries/administrators.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";

const SORTS = ["name", "email", "signed", "sessions"] as const;
type Sort = (typeof SORTS)[number];

function inOrder(people: readonly AdministratorView[], column: Sort, isDown: boolean): AdministratorView[] {
  const compare: Record<Sort, (a: AdministratorView, b: AdministratorView) => number> = {
    name: (a, b) => naturalOrder(a.name, b.name),
    email: (a, b) => naturalOrder(a.email, b.email),
    signed: (a, b) => (a.lastSignInAt ?? "").localeCompare(b.lastSignInAt ?? ""),
    sessions: (a, b) => a.sessions - b.sessions,
  };
  return [...people].sort((a, b) => (compare[column](a, b) || naturalOrder(a.name, b.name)) * (isDown ? -1 : 1));
}

function Actions({ person }: { person: AdministratorView }) {
  const t = useTranslations("pages.settings");
  const name = visible(person.name);
  if (person.isSelf) return <Tag>{t("you")}</Tag>;
  return (
    <span className="inline-flex flex-wrap justify-end gap-2">
      <Ask
        small
        label={t("endSessions")}
        title={t("endSessionsOf", { name })}
        confirm={t("endSessionsConfirm")}
        reason={person.sessions === 0 ? t("noSessions") : null}
        run={() => endSessions({ userId: person.id })}
      >
        {t("endSessionsAsk", { name })}
      </Ask>
      <Ask
        small
        danger
        label={t("remove")}
        title={t("removeOf", { name })}
        confirm={t("removeConfirm")}
        run={() => removeAdministrator({ userId: person.id })}
      >
        {t("removeAsk", { name, email: visible(person.email) })}
      </Ask>
    </span>
  );
}

function Row({ person, now }: { person: AdministratorView; now: number }) {
  const t = useTranslations("pages.settings");
  const cell = "px-3.5 py-2 align-top max-sm:block max-sm:px-0 max-sm:py-0.5";
  return (
    <tr className="border-t border-line max-sm:block max-sm:px-3.5 max-sm:py-3">
      <th scope="row" className={`${cell} text-left font-medium break-words`}>
        {visible(person.name)}
      </th>
      <td className={`${cell} break-all`}>{visible(person.email)}</td>
      <td className={`${cell} text-ink-2`}>
        <span className="sm:hidden">{t("column.lastSignIn")} </span>
        {person.lastSignInAt ? <Ago iso={person.lastSignInAt} now={now} /> : t("neverSignedIn")}
      </td>
      <td className={`${cell} text-ink-2`}>
        <span className="sm:hidden">{t("column.sessions")} </span>
        {t("sessionsCount", { count: person.sessions })}
      </td>
      <td className={`${cell} text-right max-sm:pt-2 max-sm:text-left`}>
        <Actions person={person} />
      </td>
    </tr>
  );
}

/** Who may do everything here; each can be signed out and removed by another. */
export function Administrators() {
  const t = useTranslations("pages.settings");
  const { sentAt } = usePanel();
  const sort = useSort(SORTS, "name", ["signed", "sessions"]);
  const { data, error, refetch } = useQuery(administratorsQuery());
  if (error && !data) return <ErrorNotice error={errorViewOf(error)} retry={() => void refetch()} />;
  if (!data) return <RowsSkeleton />;
  return (
    <Pane className="overflow-hidden">
      <table className="w-full border-collapse max-sm:block" aria-label={t("administrators")}>
        <thead className="bg-sunken max-sm:sr-only">
          <tr>
            <SortHead column="name" sort={sort}>
              {t("column.name")}
            </SortHead>
            <SortHead column="email" sort={sort}>
              {t("column.email")}
            </SortHead>
            <SortHead column="signed" sort={sort}>
              {t("column.lastSignIn")}
            </SortHead>
            <SortHead column="sessions" sort={sort}>
              {t("column.sessions")}
            </SortHead>
            <th scope="col" className="px-3.5 py-1 text-right text-s font-medium text-ink-2">
              {t("column.actions")}
            </th>
          </tr>
        </thead>
        <tbody className="max-sm:block">
          {inOrder(data, sort.column, sort.isDown).map((person) => (
            <Row key={person.id} person={person} now={sentAt} />
          ))}
        </tbody>
      </table>
    </Pane>
  );
}
