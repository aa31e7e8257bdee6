"use client";
import { useTranslations } from "use-intl";
import { Notice } from "#components/ui/notice.tsx";
import { Status } from "#components/ui/status.tsx";
import { formatBytes, UNKNOWN } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import { CELL, HEAD, ROW } from "./details-table.ts";
import type { Lun, LunPath } from "./san.ts";

/** What keeps a path from being up, in the kernel's own word. */
const wordOf = ({ session, state }: LunPath) => (session === "LOGGED_IN" ? state : session);

function PathRow({ path }: { path: LunPath }) {
  const t = useTranslations("paths");
  return (
    <tr className={ROW}>
      <th scope="row" className={`${CELL} text-left font-mono text-s font-normal break-all`}>
        {path.portal ? visible(path.portal) : UNKNOWN}
      </th>
      <td className={`${CELL} font-mono text-s`}>{path.session ? visible(path.session) : UNKNOWN}</td>
      <td className={`${CELL} font-mono text-s`}>{path.disk ? visible(path.disk) : UNKNOWN}</td>
      <td className={CELL}>
        <Status tone={path.tone}>{path.tone === "ok" ? t("up") : visible(wordOf(path) ?? t("missing"))}</Status>
      </td>
    </tr>
  );
}

function Paths({ lun, label }: { lun: Lun; label: string }) {
  const t = useTranslations("paths");
  return (
    <table className="w-full border-collapse max-sm:block" aria-label={label}>
      <thead className="bg-sunken max-sm:sr-only">
        <tr>
          {(["portal", "session", "path", "state"] as const).map((column) => (
            <th key={column} scope="col" className={HEAD}>
              {t(`column.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="max-sm:block">
        {lun.paths.map((path) => (
          <PathRow key={`${path.portal} ${path.disk}`} path={path} />
        ))}
      </tbody>
    </table>
  );
}

/** Every way of one node to one LUN: which portals it is logged in to, and whether each path works. */
export function LunPaths({ lun }: { lun: Lun }) {
  const t = useTranslations("paths");
  const { device } = lun;
  const values = { wwid: visible(lun.wwid), device: visible(device?.name ?? "") };
  return (
    <div>
      <p className="px-3.5 py-2 break-all">
        {t("of", values)}{" "}
        <span className="text-s text-ink-2">
          {[
            ...(device ? [t("device", { ...values, size: formatBytes(device.size) })] : []),
            ...(lun.target ? [visible(lun.target)] : []),
          ].join(" · ")}
        </span>
      </p>
      {device && !device.isSuspended ? null : (
        <div className="px-3.5 pb-2">
          <Notice tone="bad">{device ? t("still", values) : t("noDevice")}</Notice>
        </div>
      )}
      {lun.paths.length > 0 ? (
        <Paths lun={lun} label={t("of", values)} />
      ) : (
        <p className="px-3.5 pb-2 text-ink-2">{t("none", values)}</p>
      )}
    </div>
  );
}
