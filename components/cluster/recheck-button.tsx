"use client";
import { RefreshCw } from "lucide-react";
import { useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { Button } from "#components/ui/button.tsx";
import { recheckAction } from "#lib/actions/live.ts";
import type { ErrorView } from "#lib/domain/errors.ts";

/** Asks the node to check its storages now; the result comes as every status does. */
export function RecheckButton({ nodeId }: { nodeId: string }) {
  const t = useTranslations("common");
  const say = useText();
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const recheck = () =>
    start(async () => {
      const result = await recheckAction({ nodeId });
      setError(result.ok ? null : result.error);
    });
  return (
    <span className="inline-flex flex-col items-end gap-1">
      <Button
        small
        onClick={recheck}
        busy={busy}
        icon={<RefreshCw aria-hidden size={14} className={busy ? "spin" : ""} />}
      >
        {busy ? t("rechecking") : t("recheck")}
      </Button>
      {error ? (
        <span role="alert" className="max-w-64 text-s text-bad">
          {say(error.message)}
        </span>
      ) : null}
    </span>
  );
}
