"use client";
import { type FormEvent, useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { useOutlook } from "#components/shell/panel-data.tsx";
import { useText } from "#components/text/t.tsx";
import { Button, PlainButton } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { setThresholds } from "#lib/actions/capacity.ts";
import type { StorageView } from "#lib/domain/dto.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import { formatPercent } from "#lib/domain/units.ts";
import { DEFAULT_THRESHOLDS, type Thresholds } from "#lib/domain/usage.ts";

/** What is not a whole number is sent as it is not: the server's own sentence stands at the field. */
const typedNumber = (typed: string) => (/^\d{1,3}$/.test(typed.trim()) ? Number(typed) : Number.NaN);

function ThresholdsForm({ storageId, now, onDone }: { storageId: string; now: Thresholds; onDone: () => void }) {
  const t = useTranslations("capacity");
  const cancel = useTranslations("common")("cancel");
  const say = useText();
  const [typed, setTyped] = useState({
    warning: String(Math.round(now.warning * 100)),
    critical: String(Math.round(now.critical * 100)),
  });
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const save = (event: FormEvent) => {
    event.preventDefault();
    start(async () => {
      const values = { warning: typedNumber(typed.warning), critical: typedNumber(typed.critical) };
      const result = await setThresholds({ storageId, ...values });
      if (result.ok) onDone();
      else setError(result.error);
    });
  };
  const field = (name: "warning" | "critical") => {
    const problem = error?.fields?.[name];
    return (
      <TextField
        label={t(name)}
        inputMode="numeric"
        value={typed[name]}
        onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
        error={problem ? say(problem) : undefined}
      />
    );
  };
  return (
    <form onSubmit={save} className="space-y-2">
      {error && !error.fields ? <ErrorNotice error={error} /> : null}
      {field("warning")}
      {field("critical")}
      <div className="flex gap-2">
        <Button small type="submit" look="primary" busy={busy}>
          {busy ? t("saving") : t("save")}
        </Button>
        <Button small onClick={onDone}>
          {cancel}
        </Button>
      </div>
    </form>
  );
}

/** From when on the storage is worth a warning; changed in place. */
export function ThresholdsFact({ storage }: { storage: StorageView }) {
  const t = useTranslations("capacity");
  const now = useOutlook().thresholds[storage.id] ?? DEFAULT_THRESHOLDS;
  const [isOpen, setOpen] = useState(false);
  if (isOpen) return <ThresholdsForm storageId={storage.id} now={now} onDone={() => setOpen(false)} />;
  return (
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
}
