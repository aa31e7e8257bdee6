"use client";
import { useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { Button } from "#components/ui/button.tsx";
import { setMainStorage } from "#lib/actions/storages.ts";
import type { StorageView } from "#lib/domain/dto.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import { mainObstacle } from "#lib/domain/storage-life.ts";

/** Makes the storage the cluster's main one; every node is looked at first, and the first that is not well is named. */
export function MakeMain({ storage }: { storage: StorageView }) {
  const t = useTranslations("join.main");
  const say = useText();
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const obstacle = mainObstacle(storage);
  const make = () =>
    start(async () => {
      const result = await setMainStorage({ storageId: storage.id });
      setError(result.ok ? null : result.error);
    });
  return (
    <span className="inline-flex flex-col items-end gap-1">
      <Button small onClick={make} busy={busy} reason={obstacle && say(obstacle)}>
        {busy ? t("looking") : t("make")}
      </Button>
      {error ? (
        <span role="alert" className="max-w-72 text-s text-bad">
          {say(error.message)} {error.hint ? say(error.hint) : null}
        </span>
      ) : null}
    </span>
  );
}
