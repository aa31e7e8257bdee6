"use client";
import { type FormEvent, useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { setThresholds } from "#lib/actions/capacity.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import type { Thresholds } from "#lib/domain/usage.ts";

/** What is not a whole number is sent as it is not: the server's own sentence stands at the field. */
const typedNumber = (typed: string) => (/^\d{1,3}$/.test(typed.trim()) ? Number(typed) : Number.NaN);

interface Props {
  storageId: string;
  now: Thresholds;
  onDone: () => void;
}

/** Both in one form; what is wrong with one stands at it. */
export default function ThresholdsForm({ storageId, now, onDone }: Props) {
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
