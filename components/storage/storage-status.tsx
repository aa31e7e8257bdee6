"use client";
import { useTranslations } from "use-intl";
import { Status } from "#components/ui/status.tsx";
import { STORAGE_TONE, type Tone } from "#lib/domain/badges.ts";
import type { StorageLive } from "#lib/domain/live.ts";

type Word = "ok" | "degraded" | "lost" | "unknown" | "suspect" | "readOnly" | "full";

/** The one word of a storage on a node: read only and full are told apart from lost, a single failed check from a proven loss. */
export function storageWord(live: StorageLive | undefined): { word: Word; tone: Tone } {
  if (!live) return { word: "unknown", tone: "unknown" };
  if (live.status === "lost" || live.status === "unknown")
    return { word: live.status, tone: STORAGE_TONE[live.status] };
  if (live.full) return { word: "full", tone: "bad" };
  if (live.readOnly) return { word: "readOnly", tone: "warn" };
  if (live.suspect) return { word: "suspect", tone: "warn" };
  return { word: live.status, tone: STORAGE_TONE[live.status] };
}

export function StorageStatus({ live, soft = false }: { live: StorageLive | undefined; soft?: boolean }) {
  const t = useTranslations("common.storage");
  const { word, tone } = storageWord(live);
  return (
    <Status tone={tone} soft={soft}>
      {t(word)}
    </Status>
  );
}
