"use client";
import { useTranslations } from "use-intl";
import { Age, STORAGE_STALE_MS } from "#components/live/age.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Pane, Section } from "#components/ui/layout.tsx";
import type { DrivesView, UnknownVolume } from "#lib/domain/drive.ts";
import { formatBytes, naturalOrder } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import { findNode } from "#lib/queries/panel.ts";
import { DriveTable } from "./drive-table.tsx";
import { filterOf, useDriveRows } from "./use-drive-rows.ts";
import { useDrives } from "./use-drives.ts";

/** More rows than this are on the page of all drives. */
const MOST = 50;
const HEAD = "px-3.5 py-2 text-left text-s font-medium text-ink-2";
const CELL = "px-3.5 py-1.5 align-middle max-sm:block max-sm:px-0 max-sm:py-0.5";

function UnknownTable({ volumes, at }: { volumes: UnknownVolume[]; at: number | undefined }) {
  const t = useTranslations("drives");
  const state = usePanel();
  const node = (volume: UnknownVolume) => findNode(state, volume.nodeId)?.node.name ?? "";
  const rows = volumes.toSorted((a, b) => naturalOrder(node(a), node(b)) || naturalOrder(a.name, b.name));
  return (
    <Pane className="overflow-hidden">
      <table className="w-full border-collapse max-sm:block" aria-label={t("storage.unknown")}>
        <thead className="bg-sunken max-sm:sr-only">
          <tr>
            {[t("storage.volume"), t("column.node"), t("storage.mark"), t("column.size"), t("column.used")].map(
              (word) => (
                <th key={word} scope="col" className={HEAD}>
                  {word}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody className="max-sm:block">
          {rows.map((volume) => (
            <tr
              key={`${volume.nodeId} ${volume.name}`}
              className="border-t border-line max-sm:block max-sm:px-3.5 max-sm:py-2.5"
            >
              <th scope="row" className={`${CELL} text-left font-mono text-s font-normal break-all`}>
                {visible(volume.name)}
              </th>
              <td className={`${CELL} break-all text-ink-2`}>{visible(node(volume))}</td>
              <td className={`${CELL} text-ink-2`}>
                {volume.drive ? t("storage.ours", { id: volume.drive }) : t("storage.nobody")}
              </td>
              <td className={`${CELL} whitespace-nowrap`}>{formatBytes(volume.size)}</td>
              <td className={`${CELL} whitespace-nowrap`}>
                {formatBytes(volume.used)} {volume.isOpen ? t("inUse") : volume.isActive ? t("active") : ""}{" "}
                <Age ageMs={volume.ageMs} at={at} staleMs={STORAGE_STALE_MS} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Pane>
  );
}

/** The drives on a storage, and whatever else lies there. */
export function StorageDrives({ storageId, initial }: { storageId: string; initial: DrivesView }) {
  const t = useTranslations("drives");
  const state = usePanel();
  const all = useDrives(initial);
  const own = all.drives.filter((drive) => drive.storageId === storageId);
  const rows = useDriveRows(own, state, filterOf(new URLSearchParams())).slice(0, MOST);
  const unknown = all.unknown.filter((volume) => volume.storageId === storageId);
  return (
    <>
      <Section
        title={t("storage.title")}
        beside={
          <span className="flex gap-2">
            {own.length > 0 ? (
              <LinkButton small look="quiet" href={`/drives?storage=${storageId}`}>
                {t("storage.all")} ({own.length})
              </LinkButton>
            ) : null}
            <LinkButton small href={`/drives/new?storage=${storageId}`}>
              {t("create")}
            </LinkButton>
          </span>
        }
      >
        {own.length === 0 ? (
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
          <UnknownTable volumes={unknown} at={all.at} />
        </Section>
      ) : null}
    </>
  );
}
