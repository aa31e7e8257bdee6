"use client";
import { Plus } from "lucide-react";
import { useMemo, useRef } from "react";
import { useTranslations } from "use-intl";
import { useWindowRows } from "#components/cluster/use-window-rows.ts";
import { Age, STORAGE_STALE_MS } from "#components/live/age.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Pane, Section } from "#components/ui/layout.tsx";
import type { UnknownVolume } from "#lib/domain/drive.ts";
import { formatBytes, naturalOrder } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import { DriveTable } from "./drive-table.tsx";
import { useDriveRows } from "./use-drive-rows.ts";
import type { Drives } from "./use-drives.ts";

const HEAD = "px-3.5 py-2 text-left text-s font-medium text-ink-2";
const CELL = "px-3.5 py-1.5 align-middle max-sm:block max-sm:px-0 max-sm:py-0.5";

interface UnknownRow {
  id: string;
  volume: UnknownVolume;
  node: string;
}

/** By node, then by name as people count. */
function useUnknownRows({ unknown, nodes }: Pick<Drives, "unknown" | "nodes">): UnknownRow[] {
  return useMemo(() => {
    const rows = unknown.map((volume): UnknownRow => {
      const id = `${volume.nodeId} ${volume.name}`;
      return { id, volume, node: nodes[volume.nodeId] ?? "" };
    });
    return rows.sort((a, b) => naturalOrder(a.node, b.node) || naturalOrder(a.volume.name, b.volume.name));
  }, [unknown, nodes]);
}

function UnknownLine({ row, at, index }: { row: UnknownRow; at: number | undefined; index: number }) {
  const t = useTranslations("drives");
  const { volume } = row;
  return (
    <tr
      data-row={row.id}
      aria-rowindex={index}
      className="border-t border-line max-sm:block max-sm:px-3.5 max-sm:py-2.5"
    >
      <th scope="row" className={`${CELL} text-left font-mono text-s font-normal break-all`}>
        {visible(volume.name)}
      </th>
      <td className={`${CELL} break-all text-ink-2`}>{visible(row.node)}</td>
      <td className={`${CELL} text-ink-2`}>
        {volume.drive ? t("storage.ours", { id: volume.drive }) : t("storage.nobody")}
      </td>
      <td className={`${CELL} whitespace-nowrap`}>{formatBytes(volume.size)}</td>
      <td className={`${CELL} whitespace-nowrap`}>
        {formatBytes(volume.used)} {volume.isOpen ? t("inUse") : volume.isActive ? t("active") : ""}{" "}
        <Age ageMs={volume.ageMs} at={at} staleMs={STORAGE_STALE_MS} />
      </td>
    </tr>
  );
}

/** Volumes that are no drive: a storage may hold thousands of them, so only those near the screen are drawn. */
function UnknownTable({ all }: { all: Drives }) {
  const t = useTranslations("drives");
  const rows = useUnknownRows(all);
  const body = useRef<HTMLTableSectionElement>(null);
  const ids = useMemo(() => rows.map((row) => row.id), [rows]);
  const parts = useWindowRows(body, ids);
  const heads = [t("storage.volume"), t("column.node"), t("storage.mark"), t("column.size"), t("column.used")];
  return (
    <Pane className="overflow-hidden">
      <table
        className="w-full border-collapse max-sm:block"
        aria-label={t("storage.unknown")}
        aria-rowcount={rows.length + 1}
      >
        <thead className="bg-sunken max-sm:sr-only">
          <tr aria-rowindex={1}>
            {heads.map((word) => (
              <th key={word} scope="col" className={HEAD}>
                {word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} className="max-sm:block">
          {parts.flatMap((part) =>
            "key" in part
              ? [
                  <tr key={part.key} aria-hidden className="max-sm:block" style={{ height: part.height }}>
                    <td colSpan={heads.length} className="p-0" />
                  </tr>,
                ]
              : rows
                  .slice(part.from, part.to)
                  .map((row, offset) => (
                    <UnknownLine key={row.id} row={row} at={all.at} index={part.from + offset + 2} />
                  )),
          )}
        </tbody>
      </table>
    </Pane>
  );
}

/** The first drives on a storage, and whatever else lies there; more rows are on the page of all drives. */
export function StorageDrives({ storageId, all }: { storageId: string; all: Drives }) {
  const t = useTranslations("drives");
  const rows = useDriveRows(all, usePanel());
  const { unknown, fits } = all;
  return (
    <>
      <Section
        title={t("storage.title")}
        beside={
          <span className="flex gap-2">
            {fits > 0 ? (
              <LinkButton small look="quiet" href={`/drives?storage=${storageId}`}>
                {t("storage.all")} ({fits})
              </LinkButton>
            ) : null}
            <LinkButton small href={`/drives/new?storage=${storageId}`} icon={<Plus aria-hidden size={14} />}>
              {t("create")}
            </LinkButton>
          </span>
        }
      >
        {fits === 0 ? (
          <p className="text-ink-2">{t("storage.none")}</p>
        ) : (
          <DriveTable
            rows={rows}
            at={all.at}
            label={t("storage.title")}
            columns={["label", "node", "size", "used", "state"]}
          />
        )}
      </Section>
      {unknown.length > 0 ? (
        <Section title={t("storage.unknown")}>
          <p className="mb-2 max-w-prose text-ink-2">{t("storage.unknownText")}</p>
          <UnknownTable all={all} />
        </Section>
      ) : null}
    </>
  );
}
