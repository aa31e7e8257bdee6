"use client";
import { RefreshCw } from "lucide-react";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { Button } from "#components/ui/button.tsx";
import { useAction } from "#components/ui/use-action.ts";
import { recheckAction } from "#lib/actions/live.ts";

/** Asks the node to check its storages now, or one of them; the result comes as every status does. */
export function RecheckButton({ nodeId, storageId, label }: { nodeId: string; storageId?: string; label?: string }) {
  const t = useTranslations("common");
  const say = useText();
  const { busy, error, run } = useAction(() => recheckAction({ nodeId, ...(storageId ? { storageId } : {}) }));
  return (
    <span className="inline-flex flex-col items-end gap-1">
      <Button
        small
        aria-label={label}
        onClick={run}
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
