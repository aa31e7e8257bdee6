"use client";
import { useTranslations } from "use-intl";
import { CapacityBar } from "#components/ui/capacity-bar.tsx";
import { Facts } from "#components/ui/layout.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Status } from "#components/ui/status.tsx";
import {
  type GroupDetails,
  type PartitionDetails,
  type PhysicalVolume,
  readDetails,
} from "#lib/domain/storage-details.ts";
import { formatBytes, formatPercent, formatUsage, fractionOf, naturalOrder, UNKNOWN } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import { CELL, HEAD, ROW } from "./details-table.ts";
import { canLeave, DiskActions, PartAction, type PartsPlace } from "./part-actions.tsx";
import { LunPaths } from "./paths-table.tsx";
import { readLuns } from "./san.ts";

function Group({ group, lvCount }: { group: GroupDetails; lvCount: number | null }) {
  const t = useTranslations("pages.storage");
  const extents =
    group.extents === null || group.freeExtents === null
      ? UNKNOWN
      : t("extentsOf", { free: group.freeExtents, total: group.extents });
  return (
    <Facts
      rows={[
        [
          t("vg"),
          <span key="vg" className="font-mono text-s">
            {visible(group.name)}
          </span>,
        ],
        [
          t("vgUuid"),
          <span key="uuid" className="font-mono text-s break-all">
            {visible(group.uuid)}
          </span>,
        ],
        [t("vgSize"), formatBytes(group.size)],
        [t("vgFree"), formatBytes(group.free)],
        [t("extents"), `${extents} · ${t("extentSize", { size: formatBytes(group.extentSize) })}`],
        [
          t("metadata"),
          t("metadataFree", { free: formatBytes(group.metadataFree), size: formatBytes(group.metadataSize) }),
        ],
        ...(lvCount === null ? [] : [[t("lvs"), String(lvCount)] as const]),
      ]}
    />
  );
}

function PvTable({ pvs, vgName, place }: { pvs: PhysicalVolume[]; vgName: string; place: PartsPlace }) {
  const t = useTranslations("pages.storage");
  const parts = pvs.map(({ uuid, ...pv }) => ({ ...pv, id: uuid }));
  const hasActions = canLeave(place);
  const rows = [...pvs].sort((a, b) => naturalOrder(a.device ?? "~", b.device ?? "~"));
  return (
    <table className="w-full border-collapse max-sm:block" aria-label={t("pvsOf", { vg: visible(vgName) })}>
      <thead className="bg-sunken max-sm:sr-only">
        <tr>
          <th scope="col" className={HEAD}>
            {t("column.pv")}
          </th>
          <th scope="col" className={`${HEAD} text-right`}>
            {t("column.size")}
          </th>
          <th scope="col" className={HEAD}>
            {t("column.used")}
          </th>
          <th scope="col" className={`${HEAD} text-right`}>
            {t("column.free")}
          </th>
          <th scope="col" className={HEAD}>
            {t("column.status")}
          </th>
          {hasActions ? (
            <th scope="col" className={`${HEAD} text-right`}>
              {t("column.action")}
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody className="max-sm:block">
        {rows.map((pv) => {
          const used = pv.size === null || pv.free === null ? null : pv.size - pv.free;
          const name = pv.device ?? pv.uuid;
          return (
            <tr key={pv.uuid} className={ROW}>
              <th scope="row" className={`${CELL} text-left font-mono text-s font-normal break-all lg:min-w-24`}>
                {visible(name)}
              </th>
              <td className={`${CELL} text-right whitespace-nowrap max-sm:text-left`}>
                <span className="text-ink-2 sm:hidden">{t("column.size")} </span>
                {formatBytes(pv.size)}
              </td>
              <td className={CELL}>
                <span className="flex items-center gap-2 whitespace-nowrap">
                  <span className="w-18">
                    <CapacityBar label={visible(name)} size={pv.size} used={used} calm />
                  </span>
                  {formatPercent(fractionOf(used, pv.size))}
                </span>
              </td>
              <td className={`${CELL} text-right whitespace-nowrap max-sm:text-left`}>
                <span className="text-ink-2 sm:hidden">{t("column.free")} </span>
                {formatBytes(pv.free)}
              </td>
              <td className={CELL}>
                {pv.isMissing ? <Status tone="bad">{t("missing")}</Status> : <Status tone="ok">{t("present")}</Status>}
              </td>
              {hasActions ? (
                <td className={`${CELL} text-right max-sm:text-left`}>
                  <PartAction place={place} part={{ ...pv, id: pv.uuid }} parts={parts} />
                </td>
              ) : null}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function PartitionTable({ partitions }: { partitions: PartitionDetails[] }) {
  const t = useTranslations("pages.storage");
  return (
    <table className="w-full border-collapse max-sm:block" aria-label={t("partitions")}>
      <thead className="bg-sunken max-sm:sr-only">
        <tr>
          <th scope="col" className={HEAD}>
            {t("column.directory")}
          </th>
          <th scope="col" className={HEAD}>
            {t("column.partition")}
          </th>
          <th scope="col" className={HEAD}>
            {t("column.fileSystem")}
          </th>
          <th scope="col" className={`${HEAD} w-60`}>
            {t("column.capacity")}
          </th>
        </tr>
      </thead>
      <tbody className="max-sm:block">
        {partitions.map((partition) => (
          <tr key={`${partition.source}-${partition.uuid}-${partition.directories.join()}`} className={ROW}>
            <th scope="row" className={`${CELL} text-left font-mono text-s font-normal break-all`}>
              {partition.directories.map((directory) => visible(directory)).join(", ")}
            </th>
            <td className={`${CELL} font-mono text-s break-all`}>
              {visible(partition.source) || UNKNOWN}
              {partition.target ? (
                <span className="text-ink-2"> {t("mountedOn", { target: visible(partition.target) })}</span>
              ) : null}
            </td>
            <td className={CELL}>{visible(partition.type) || UNKNOWN}</td>
            <td className={CELL}>
              <CapacityBar
                label={visible(partition.directories.join(", "))}
                size={partition.size}
                used={partition.used}
              />
              <span className="flex justify-between text-s text-ink-2">
                <span>{formatUsage(partition.used, partition.size)}</span>
                <span>{formatPercent(fractionOf(partition.used, partition.size))}</span>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What a storage's own check reported on one node, in the words of its kind. */
export default function DetailsView({
  details,
  place,
}: {
  details: Record<string, unknown> | null | undefined;
  place: PartsPlace;
}) {
  const t = useTranslations("pages.storage");
  const { group, pvs, lvCount, staleMaps, partitions } = readDetails(details);
  const luns = readLuns(details);
  if (!group && pvs.length === 0 && partitions.length === 0 && luns.length === 0)
    return <p className="px-3.5 py-3 text-ink-2">{t("noDetails")}</p>;
  return (
    <div className="divide-y divide-line">
      {group ? <Group group={group} lvCount={lvCount} /> : null}
      {pvs.length > 0 ? (
        <div>
          <PvTable pvs={pvs} vgName={group?.name ?? ""} place={place} />
          <div className="border-t border-line px-3.5 py-2">
            <DiskActions place={place} />
          </div>
        </div>
      ) : null}
      {luns.map((lun) => (
        <LunPaths key={lun.wwid} lun={lun} />
      ))}
      {staleMaps.length > 0 ? (
        <div className="p-3.5">
          <Notice tone="warn">{t("staleMaps", { names: staleMaps.map((map) => visible(map.name)).join(", ") })}</Notice>
        </div>
      ) : null}
      {partitions.length > 0 ? <PartitionTable partitions={partitions} /> : null}
    </div>
  );
}
