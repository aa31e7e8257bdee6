"use client";
import { RefreshCw } from "lucide-react";
import { useId } from "react";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { Ask } from "#components/ui/ask.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { useAction } from "#components/ui/use-action.ts";
import { recheckStorage } from "#lib/actions/live.ts";
import { setStorageEnabled } from "#lib/actions/storages.ts";
import type { StorageView } from "#lib/domain/dto.ts";
import { disableObstacle, removeObstacle } from "#lib/domain/storage-life.ts";
import { MakeMain } from "./make-main.tsx";

/** Looks at the storage on all nodes at once; what comes of it arrives as every status does. */
function RecheckEverywhere({ storageId }: { storageId: string }) {
  const t = useTranslations("life");
  const tCommon = useTranslations("common");
  const say = useText();
  const { busy, error, run } = useAction(() => recheckStorage({ storageId }));
  return (
    <span className="inline-flex flex-col items-end gap-1">
      <Button small onClick={run} busy={busy} icon={<RefreshCw aria-hidden size={14} className={busy ? "spin" : ""} />}>
        {busy ? tCommon("rechecking") : t("recheckAll")}
      </Button>
      {error ? (
        <span role="alert" className="max-w-72 text-s text-bad">
          {say(error.message)}
        </span>
      ) : null}
    </span>
  );
}

/** Takes new drives, or none any more. The main storage always does, and says why. */
function EnableButton({ storage, reasonId }: { storage: StorageView; reasonId: string | undefined }) {
  const t = useTranslations("life");
  const say = useText();
  const set = (isEnabled: boolean) => () => setStorageEnabled({ storageId: storage.id, isEnabled });
  const { busy, error, run } = useAction(set(true));
  const obstacle = disableObstacle(storage);
  if (storage.isEnabled)
    return (
      <Ask
        small
        label={t("disable")}
        confirm={t("disableConfirm")}
        reason={obstacle && !reasonId ? say(obstacle) : null}
        reasonId={reasonId}
        run={set(false)}
      >
        {t("disableAsk")}
      </Ask>
    );
  return (
    <span className="inline-flex flex-col items-end gap-1">
      <Button small onClick={run} busy={busy}>
        {busy ? t("enabling") : t("enable")}
      </Button>
      {error ? (
        <span role="alert" className="max-w-72 text-s text-bad">
          {say(error.message)}
        </span>
      ) : null}
    </span>
  );
}

/** Leads to the plan of its removal, or says why there is none now. */
function RemoveButton({ storage, drives, reasonId }: Props & { reasonId: string | undefined }) {
  const t = useTranslations("life.removal");
  const say = useText();
  const obstacle = removeObstacle(storage, drives);
  if (obstacle)
    return (
      <Button small look="danger" reason={reasonId ? null : say(obstacle)} reasonId={reasonId}>
        {t("open")}
      </Button>
    );
  return (
    <LinkButton small look="danger" href={`/storages/${storage.id}/remove`}>
      {t("open")}
    </LinkButton>
  );
}

interface Props {
  storage: StorageView;
  /** How many are on it. */
  drives: number;
}

/** What can be done with a storage as a whole; what can't be done now is there with its reason, said once. */
export function StorageActions({ storage, drives }: Props) {
  const t = useTranslations("life");
  const say = useText();
  const id = useId();
  const [obstacle, other] = [disableObstacle(storage), removeObstacle(storage, drives)];
  const both = obstacle && other && say(obstacle) === say(other) ? say(obstacle) : null;
  const reasonId = both ? id : undefined;
  return (
    <>
      <RecheckEverywhere storageId={storage.id} />
      <LinkButton small href={`/storages/${storage.id}/edit`}>
        {t("edit.open")}
      </LinkButton>
      {storage.isMain ? null : <MakeMain storage={storage} />}
      {both ? (
        <span id={id} className="text-s text-ink-2">
          {both}
        </span>
      ) : null}
      <EnableButton storage={storage} reasonId={reasonId} />
      <RemoveButton storage={storage} drives={drives} reasonId={reasonId} />
    </>
  );
}

/** Said on the page for as long as the storage takes no new drives. */
export function DisabledNotice({ storage }: { storage: StorageView }) {
  const t = useTranslations("life");
  if (storage.isEnabled) return null;
  return (
    <div className="mb-4">
      <Notice tone="unknown">{t("disabledText")}</Notice>
    </div>
  );
}
