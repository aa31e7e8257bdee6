"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { useAddress } from "#components/shell/use-address.ts";
import { Button } from "#components/ui/button.tsx";
import { Empty, PageHead, Pane } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { RowsSkeleton } from "#components/ui/skeleton.tsx";
import { type AuditPage as AuditPart, auditQuery } from "#lib/domain/audit.ts";
import { auditParts } from "#lib/queries/audit.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { AuditFilters } from "./audit-filters.tsx";
import { AuditTable } from "./audit-table.tsx";

/** The part that came with the page, and the filters it is for. */
export interface FirstAudit {
  query: string;
  page: AuditPart;
}

function AuditRows({ first }: { first: FirstAudit | null }) {
  const t = useTranslations("audit");
  const words = useTranslations("common");
  const [address] = useAddress();
  const query = auditQuery(address);
  const initialData = first?.query === query ? { pages: [first.page], pageParams: [null] } : undefined;
  const list = useInfiniteQuery({ ...auditParts(query), initialData });
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  if (list.error && rows.length === 0)
    return <ErrorNotice error={errorViewOf(list.error)} retry={() => void list.refetch()} />;
  if (list.isPending) return <RowsSkeleton />;
  if (rows.length === 0 && query === "") return <Empty title={t("emptyTitle")}>{t("emptyText")}</Empty>;
  return (
    <div aria-busy={list.isPlaceholderData} className={list.isPlaceholderData ? "opacity-60" : ""}>
      {rows.length === 0 ? <Pane className="px-3.5 py-4">{t("none")}</Pane> : <AuditTable rows={rows} />}
      {list.hasNextPage ? (
        <p className="mt-3">
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {list.isFetchingNextPage ? words("loading") : t("older")}
          </Button>
        </p>
      ) : null}
    </div>
  );
}

/** Everything that was done here, newest first. */
export function AuditPage({ first }: { first: FirstAudit | null }) {
  const t = useTranslations("audit");
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={t("title")} below={t("below")} />
      <AuditFilters />
      <AuditRows first={first} />
    </div>
  );
}
