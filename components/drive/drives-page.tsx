"use client";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { FirstCluster } from "#components/overview/first-cluster.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useAddress } from "#components/shell/use-address.ts";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Empty, PageHead, Pane } from "#components/ui/layout.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { Select } from "#components/ui/select.tsx";
import type { DriveView } from "#lib/domain/drive.ts";
import {
  DRIVE_MOST,
  DRIVE_PAGE,
  DRIVE_SORTS,
  type DriveFilter,
  driveFilterOf,
  driveListQuery,
} from "#lib/domain/drive-list.ts";
import type { FirstDrives } from "#lib/queries/drives.ts";
import { naturalOrder } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import { ProtectButton, VerbButton } from "./drive-actions.tsx";
import { DriveTable } from "./drive-table.tsx";
import { useDriveRows } from "./use-drive-rows.ts";
import { type Drives, useDrives } from "./use-drives.ts";

const WORDS = ["ready", "creating", "growing", "deleting", "failed", "missing"] as const;

interface ToolsProps {
  filter: DriveFilter;
  set: (changes: Record<string, string | null>) => void;
  /** How many fit and how many there are; null while what was asked for could not be read. */
  count: { fits: number; total: number } | null;
}

function Tools({ filter, set, count }: ToolsProps) {
  const t = useTranslations("drives");
  const state = usePanel();
  const storages = state.clusters
    .flatMap((cluster) => cluster.storages.map((storage) => ({ ...storage, cluster: cluster.name })))
    .toSorted((a, b) => naturalOrder(a.name, b.name));
  return (
    <div className="mb-2.5 flex flex-wrap items-center gap-2">
      <SearchField label={t("filter")} value={filter.query} onChange={(q) => set({ q })} className="w-full sm:w-60" />
      <Select
        label={t("storageFilter")}
        value={filter.storageId ?? ""}
        options={[
          { value: "", label: t("allStorages") },
          ...storages.map(({ id, name, cluster }) => ({ value: id, label: visible(`${name} · ${cluster}`) })),
        ]}
        onChange={(storage) => set({ storage })}
        className="sm:w-52"
      />
      <Select
        label={t("stateFilter")}
        value={filter.state ?? ""}
        options={[
          { value: "", label: t("allStates") },
          ...WORDS.map((word) => ({ value: word, label: t(`word.${word}`) })),
        ]}
        onChange={(word) => set({ state: word })}
        className="sm:w-40"
      />
      {count ? <span className="ml-auto text-s text-ink-2">{t("fits", count)}</span> : null}
    </div>
  );
}

function Bulk({ drives, all, clear }: { drives: DriveView[]; all: Drives; clear: () => void }) {
  const t = useTranslations("drives");
  const isProtected = drives.every((drive) => drive.isProtected);
  return (
    <section
      aria-label={t("selected", { count: drives.length })}
      className="mb-2.5 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-m border border-accent bg-accent-soft px-3.5 py-2"
    >
      <span className="font-medium">{t("selected", { count: drives.length })}</span>
      {(["grow", "activate", "deactivate", "delete"] as const).map((verb) => (
        <VerbButton key={verb} verb={verb} drives={drives} all={all} />
      ))}
      <ProtectButton drives={drives} isProtected={!isProtected} />
      <Button small look="quiet" onClick={clear} className="ml-auto">
        {t("clear")}
      </Button>
    </section>
  );
}

/** The drives of every cluster: filtered and sorted in the address, changed one by one or many at once. */
export function DrivesPage({ first }: { first: FirstDrives }) {
  const t = useTranslations("drives");
  const state = usePanel();
  const [address, setAddress] = useAddress();
  const filter = driveFilterOf(address);
  const query = driveListQuery(address);
  // Of a list that is asked for anew the first part is shown.
  const [part, setPart] = useState({ query, limit: DRIVE_PAGE });
  const limit = part.query === query ? part.limit : DRIVE_PAGE;
  const all = useDrives(first, limit === DRIVE_PAGE ? query : `${query}&limit=${limit}`);
  const rows = useDriveRows(all, state, filter);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const chosen = all.drives.filter((drive) => selected.has(drive.id));
  const toggle = (id: string) =>
    setSelected((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const hasStorage = state.clusters.some((cluster) => cluster.storages.length > 0);
  const create = (
    <LinkButton look="primary" href="/drives/new" icon={<Plus aria-hidden size={15} />}>
      {t("create")}
    </LinkButton>
  );
  const isSorted = (sort: string) => filter.sort === sort;
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={t("title")} below={t("below")} actions={hasStorage && all.total > 0 ? create : undefined} />
      {all.total === 0 ? (
        <Empty title={t("emptyTitle")} action={hasStorage ? create : <FirstCluster />}>
          {hasStorage ? t("emptyText") : t("noClusterText")}
        </Empty>
      ) : (
        <>
          <Tools filter={filter} set={setAddress} count={all.isOther ? null : { fits: all.fits, total: all.total }} />
          {all.error ? (
            <div className="mb-2.5">
              <ErrorNotice error={all.error} retry={all.retry} />
            </div>
          ) : null}
          {chosen.length > 0 ? <Bulk drives={chosen} all={all} clear={() => setSelected(new Set())} /> : null}
          {all.isOther ? null : rows.length === 0 ? (
            <Pane className="flex flex-wrap items-center gap-3 px-3.5 py-4">
              <p>{t("none")}</p>
              <Button small onClick={() => setAddress({ q: null, storage: null, state: null })}>
                {t("showAll")}
              </Button>
            </Pane>
          ) : (
            <DriveTable
              rows={rows}
              at={all.at}
              label={t("title")}
              columns={DRIVE_SORTS}
              selection={{
                ids: selected,
                toggle,
                setAll: (isOn) => setSelected(new Set(isOn ? rows.map((row) => row.drive.id) : [])),
              }}
              sorting={{
                sort: filter.sort,
                isDown: filter.isDown,
                set: (sort) =>
                  setAddress({
                    sort: sort === "label" ? null : sort,
                    down: isSorted(sort) && !filter.isDown ? "1" : null,
                  }),
              }}
            />
          )}
          {all.fits > rows.length && limit < DRIVE_MOST ? (
            <p className="mt-3">
              <Button
                busy={all.isBusy}
                onClick={() => setPart({ query, limit: Math.min(DRIVE_MOST, limit + DRIVE_PAGE) })}
              >
                {t("more")}
              </Button>
            </p>
          ) : null}
        </>
      )}
    </div>
  );
}
