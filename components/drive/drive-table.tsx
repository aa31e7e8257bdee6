"use client";
import { ArrowDown, ArrowUp } from "lucide-react";
import Link from "next/link";
import { useMemo, useRef } from "react";
import { useTranslations } from "use-intl";
import { useWindowRows } from "#components/cluster/use-window-rows.ts";
import { Age, STORAGE_STALE_MS, useStaleAge } from "#components/live/age.tsx";
import { PlainButton } from "#components/ui/button.tsx";
import { Pane } from "#components/ui/layout.tsx";
import type { DriveSort, PlacedDrive } from "#lib/domain/drive-list.ts";
import { formatBytes } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import { DriveStatus, DriveUsage } from "./drive-status.tsx";

export interface Selection {
  ids: ReadonlySet<string>;
  toggle: (id: string) => void;
  setAll: (isOn: boolean) => void;
}

export interface Sorting {
  sort: DriveSort;
  isDown: boolean;
  set: (sort: DriveSort) => void;
}

interface Props {
  rows: readonly PlacedDrive[];
  at: number | undefined;
  label: string;
  columns: readonly DriveSort[];
  selection?: Selection;
  sorting?: Sorting;
}

const HEAD = "px-3.5 py-2 text-left text-s font-medium text-ink-2";
const CELL = "px-3.5 py-1.5 align-middle max-sm:block max-sm:px-0 max-sm:py-0.5";
/** A word that shares its line in a card. */
const WORD = "px-3.5 py-1.5 align-middle text-ink-2 max-sm:mr-3 max-sm:inline-block max-sm:px-0 max-sm:py-0";

function Head({ column, sorting }: { column: DriveSort; sorting: Sorting | undefined }) {
  const t = useTranslations("drives");
  const word = t(`column.${column}`);
  const end = column === "size" ? "text-right" : "";
  if (!sorting)
    return (
      <th scope="col" className={`${HEAD} ${end}`}>
        {word}
      </th>
    );
  const isOn = sorting.sort === column;
  const Icon = sorting.isDown ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={isOn ? (sorting.isDown ? "descending" : "ascending") : undefined}
      className={`${HEAD} ${end}`}
    >
      <PlainButton
        aria-label={t("sortBy", { column: word })}
        onClick={() => sorting.set(column)}
        className="inline-flex min-h-6 items-center gap-1 hover:text-ink"
      >
        {word}
        {isOn ? <Icon aria-hidden size={12} /> : null}
      </PlainButton>
    </th>
  );
}

function Cell({
  column,
  row,
  at,
  stale,
}: {
  column: DriveSort;
  row: PlacedDrive;
  at: number | undefined;
  stale: boolean;
}) {
  const t = useTranslations("drives");
  const format = useTranslations("common.format");
  const { drive } = row;
  switch (column) {
    case "label":
      return (
        <th scope="row" className={`${CELL} text-left font-medium lg:min-w-24`}>
          <Link
            prefetch={false}
            href={`/drives/${drive.id}`}
            className="inline-flex min-h-6 min-w-6 items-center break-all no-underline hover:underline"
          >
            {visible(drive.label)}
          </Link>
        </th>
      );
    case "storage":
      return (
        <td className={WORD}>
          <Link
            prefetch={false}
            href={`/storages/${drive.storageId}`}
            className="inline-flex min-h-6 min-w-6 items-center break-all no-underline hover:underline"
          >
            {visible(row.storage)}
          </Link>
        </td>
      );
    case "node":
      return <td className={`${WORD} break-all lg:min-w-22`}>{drive.nodeId ? visible(row.node) : t("allNodes")}</td>;
    case "format":
      return <td className={WORD}>{format(drive.format)}</td>;
    case "size":
      return (
        <td className={`${CELL} text-right whitespace-nowrap max-sm:text-left`}>
          <span className="text-ink-2 sm:hidden">{t("column.size")} </span>
          {formatBytes(drive.size)}
        </td>
      );
    case "used":
      return (
        <td className={CELL}>
          <span className="flex flex-wrap items-center gap-x-2">
            <DriveUsage drive={drive} stale={stale} />
            <Age ageMs={drive.measured?.ageMs} at={at} staleMs={STORAGE_STALE_MS} />
          </span>
        </td>
      );
    case "state":
      return (
        <td className={CELL}>
          <DriveStatus drive={drive} />
        </td>
      );
  }
}

interface LineProps extends Omit<Props, "rows" | "label" | "sorting"> {
  row: PlacedDrive;
  rowIndex: number;
}

function Line({ row, at, columns, selection, rowIndex }: LineProps) {
  const t = useTranslations("drives");
  const { drive } = row;
  const stale = useStaleAge(drive.measured?.ageMs, at, STORAGE_STALE_MS) !== "";
  const isOn = selection?.ids.has(drive.id) ?? false;
  return (
    <tr
      data-row={drive.id}
      aria-rowindex={rowIndex}
      className={`border-t border-line max-sm:relative max-sm:block max-sm:px-3.5 max-sm:py-2.5 ${isOn ? "bg-accent-soft" : ""}`}
    >
      {selection ? (
        <td className="w-10 pl-3.5 align-middle max-sm:absolute max-sm:top-2.5 max-sm:right-3.5 max-sm:w-6 max-sm:pl-0">
          <label className="flex size-6 items-center justify-center">
            <span className="sr-only">{t("select", { label: visible(drive.label) })}</span>
            <input type="checkbox" checked={isOn} onChange={() => selection.toggle(drive.id)} className="checkbox" />
          </label>
        </td>
      ) : null}
      {columns.map((column) => (
        <Cell key={column} column={column} row={row} at={at} stale={stale} />
      ))}
    </tr>
  );
}

/** Drives as rows, drawn near the screen only; on a phone each is a card. */
export function DriveTable({ rows, at, label, columns, selection, sorting }: Props) {
  const t = useTranslations("drives");
  const width = columns.length + (selection ? 1 : 0);
  const body = useRef<HTMLTableSectionElement>(null);
  const ids = useMemo(() => rows.map((row) => row.drive.id), [rows]);
  const parts = useWindowRows(body, ids);
  const isAll = rows.length > 0 && rows.every((row) => selection?.ids.has(row.drive.id));
  return (
    <Pane className="overflow-hidden">
      <table className="w-full border-collapse max-sm:block" aria-label={label} aria-rowcount={rows.length + 1}>
        <thead className="bg-sunken max-sm:sr-only">
          <tr aria-rowindex={1}>
            {selection ? (
              <th scope="col" className="w-10 pl-3.5 text-left">
                <label className="flex size-6 items-center justify-center">
                  <span className="sr-only">{t("selectAll")}</span>
                  <input
                    type="checkbox"
                    checked={isAll}
                    onChange={() => selection.setAll(!isAll)}
                    className="checkbox"
                  />
                </label>
              </th>
            ) : null}
            {columns.map((column) => (
              <Head key={column} column={column} sorting={sorting} />
            ))}
          </tr>
        </thead>
        <tbody ref={body} className="max-sm:block">
          {parts.flatMap((part) =>
            "key" in part
              ? [
                  <tr key={part.key} aria-hidden className="max-sm:block" style={{ height: part.height }}>
                    <td colSpan={width} className="p-0" />
                  </tr>,
                ]
              : rows
                  .slice(part.from, part.to)
                  .map((row, offset) => (
                    <Line
                      key={row.drive.id}
                      row={row}
                      at={at}
                      columns={columns}
                      selection={selection}
                      rowIndex={part.from + offset + 2}
                    />
                  )),
          )}
        </tbody>
      </table>
    </Pane>
  );
}
