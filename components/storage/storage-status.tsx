"use client";
import { useTranslations } from "use-intl";
import { Status } from "#components/ui/status.tsx";
import { STORAGE_WORD_TONE, storageWord } from "#lib/domain/badges.ts";
import type { StorageLive } from "#lib/domain/live.ts";

export function StorageStatus({ live, soft = false }: { live: StorageLive | undefined; soft?: boolean }) {
  const t = useTranslations("common.storage");
  const word = storageWord(live);
  return (
    <Status tone={STORAGE_WORD_TONE[word]} soft={soft}>
      {t(word)}
    </Status>
  );
}
