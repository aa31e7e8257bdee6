"use client";
import { Lock } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { CapacityBar } from "#components/ui/capacity-bar.tsx";
import { Status } from "#components/ui/status.tsx";
import type { Tone } from "#lib/domain/badges.ts";
import { type DriveView, type DriveWord, driveWord } from "#lib/domain/drive.ts";
import { formatBytes, formatUsage } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";

const TONE: Record<DriveWord, Tone> = {
  creating: "busy",
  ready: "ok",
  growing: "busy",
  deleting: "busy",
  failed: "bad",
  missing: "bad",
};

/** A drive's word, then what was measured of it, then its protection. */
export function DriveStatus({ drive, soft = false }: { drive: DriveView; soft?: boolean }) {
  const t = useTranslations("drives");
  const word = driveWord(drive);
  const { measured } = drive;
  const use = measured?.isOpen ? t("inUse") : measured?.isActive ? t("active") : null;
  const badge = (
    <Status tone={TONE[word]} soft={soft}>
      {t(`word.${word}`)}
    </Status>
  );
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-0.5 align-middle">
      {drive.taskId ? (
        <Link
          prefetch={false}
          href={`/tasks/${drive.taskId}`}
          className="inline-flex min-h-6 items-center no-underline hover:underline"
        >
          {badge}
        </Link>
      ) : (
        badge
      )}
      {use ? <span className="text-s text-ink-2">{use}</span> : null}
      {drive.isProtected ? (
        <span className="inline-flex items-center gap-1 text-s text-ink-2">
          <Lock aria-hidden size={12} />
          {t("protected")}
        </span>
      ) : null}
    </span>
  );
}

/** What is really taken of the size, as the node measured it. */
export function DriveUsage({ drive, stale }: { drive: DriveView; stale: boolean }) {
  const used = drive.measured?.used ?? null;
  return (
    <span className="flex items-center gap-2">
      <span className="w-14 shrink-0">
        <CapacityBar label={visible(drive.label)} size={drive.size} used={used} stale={stale} calm />
      </span>
      <span title={formatUsage(used, drive.size)} className={`whitespace-nowrap ${stale ? "text-ink-3" : ""}`}>
        {formatBytes(used)}
      </span>
    </span>
  );
}
