"use client";
import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import { useOutlook } from "#components/shell/panel-data.tsx";
import { PlainButton } from "#components/ui/button.tsx";
import type { StorageView } from "#lib/domain/dto.ts";
import { formatPercent } from "#lib/domain/units.ts";
import { DEFAULT_THRESHOLDS } from "#lib/domain/usage.ts";

/** Its code comes once it is opened. */
const ThresholdsForm = lazy(() => import("./thresholds-form.tsx"));

/** From when on the storage is worth a warning; changed in place. */
export function ThresholdsFact({ storage }: { storage: StorageView }) {
  const t = useTranslations("capacity");
  const now = useOutlook().thresholds[storage.id] ?? DEFAULT_THRESHOLDS;
  const [isOpen, setOpen] = useState(false);
  const said = (
    <span className="flex flex-wrap items-center gap-x-2">
      {t("thresholdsAt", { warning: formatPercent(now.warning), critical: formatPercent(now.critical) })}
      <PlainButton
        onClick={() => setOpen(true)}
        aria-label={t("thresholdsEditLabel")}
        className="-my-0.5 inline-flex min-h-6 items-center text-s underline"
      >
        {t("thresholdsEdit")}
      </PlainButton>
    </span>
  );
  if (!isOpen) return said;
  return (
    <Suspense fallback={said}>
      <ThresholdsForm storageId={storage.id} now={now} onDone={() => setOpen(false)} />
    </Suspense>
  );
}
