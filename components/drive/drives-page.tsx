"use client";
import { Filter } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useAddress } from "#components/shell/use-address.ts";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { INPUT } from "#components/ui/field.tsx";
import { Empty, PageHead } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import type { DrivesView, DriveView } from "#lib/domain/drive.ts";
import { naturalOrder } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import { ProtectButton, VerbButton } from "./drive-actions.tsx";
import { DriveTable } from "./drive-table.tsx";
import { type DriveFilter, filterOf, SORTS, useDriveRows } from "./use-drive-rows.ts";
import { type Drives, useDrives } from "./use-drives.ts";

const WORDS = ["ready", "creating", "growing", "deleting", "failed", "missing"] as const;

interface ToolsProps {
  filter: DriveFilter;
  set: (changes: Record<string, string | null>) => void;
  shown: number;
  total: number;
}

function Tools({ filter, set, shown, total }: ToolsProps) {
  const t = useTranslations("drives");
  const state = usePanel();
  const storages = state.clusters
    .flatMap((cluster) => cluster.storages.map((storage) => ({ ...storage, cluster: cluster.name })))
    .toSorted((a, b) => naturalOrder(a.name, b.name));
  const select = `${INPUT} h-8 border-control-line`;
  return (
    <div className="mb-2.5 flex flex-wrap items-center gap-2">
      <label className="relative block w-full sm:w-60">
        <span className="sr-only">{t("filter")}</span>
        <Filter aria-hidden size={15} className="pointer-events-none absolute top-2 left-2.5 text-ink-3" />
        <input
          type="search"
          placeholder={t("filter")}
          value={filter.query}
          onChange={(event) => set({ q: event.target.value })}
          className={`${INPUT} h-8 border-control-line pl-8`}
        />
      </label>
      <span className="w-full sm:w-52">
        <select
          aria-label={t("storageFilter")}
          value={filter.storageId ?? ""}
          onChange={(event) => set({ storage: event.target.value })}
          className={select}
        >
          <option value="">{t("allStorages")}</option>
          {storages.map((storage) => (
            <option key={storage.id} value={storage.id}>
              {visible(`${storage.name} · ${storage.cluster}`)}
            </option>
          ))}
        </select>
      </span>
      <span className="w-full sm:w-40">
        <select
          aria-label={t("stateFilter")}
          value={filter.state ?? ""}
          onChange={(event) => set({ state: event.target.value })}
          className={select}
        >
          <option value="">{t("allStates")}</option>
          {WORDS.map((word) => (
            <option key={word} value={word}>
              {t(`word.${word}`)}
            </option>
          ))}
        </select>
      </span>
      <span className="ml-auto text-s text-ink-2">{t("shown", { shown, total })}</span>
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

/** Every drive of every cluster: filtered and sorted in the address, changed one by one or many at once. */
export function DrivesPage({ initial }: { initial: DrivesView }) {
  const t = useTranslations("drives");
  const state = usePanel();
  const all = useDrives(initial);
  const [address, setAddress] = useAddress();
  const filter = filterOf(address);
  const rows = useDriveRows(all.drives, state, filter);
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
    <LinkButton look="primary" href="/drives/new">
      {t("create")}
    </LinkButton>
  );
  const isSorted = (sort: string) => filter.sort === sort;
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={t("title")} below={t("below")} actions={hasStorage ? create : undefined} />
      {all.error ? <ErrorNotice error={all.error} /> : null}
      {all.drives.length === 0 ? (
        <Empty title={t("emptyTitle")}>{hasStorage ? t("emptyText") : t("noClusterText")}</Empty>
      ) : (
        <>
          <Tools filter={filter} set={setAddress} shown={rows.length} total={all.drives.length} />
          {chosen.length > 0 ? <Bulk drives={chosen} all={all} clear={() => setSelected(new Set())} /> : null}
          {rows.length === 0 ? (
            <p className="text-ink-2">{t("none")}</p>
          ) : (
            <DriveTable
              rows={rows}
              at={all.at}
              label={t("title")}
              columns={SORTS}
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
        </>
      )}
    </div>
  );
}
