"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { LeftList } from "#components/plan/left-list.tsx";
import { PlannedForm } from "#components/plan/planned-form.tsx";
import { useRemoval } from "#components/plan/use-removal.ts";
import { usePanel } from "#components/shell/panel-data.tsx";
import { CheckField } from "#components/ui/field.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { removeStorage } from "#lib/actions/storages.ts";
import type { StorageView } from "#lib/domain/dto.ts";
import { visible } from "#lib/domain/visible.ts";
import { findStorage } from "#lib/queries/panel.ts";

function RemoveForm({ storage }: { storage: StorageView }) {
  const t = useTranslations("life.removal");
  const [isForced, setForced] = useState(false);
  const plan = useRemoval("storages", storage.id, isForced);
  const left = plan.view?.left ?? [];
  return (
    <PlannedForm
      title={t("title", { storage: visible(storage.name) })}
      below={t("below")}
      isReady
      plan={plan}
      confirm={t("confirm")}
      onConfirm={(shown) => removeStorage({ storageId: storage.id, isForced, ...shown })}
      danger
      back={`/storages/${storage.id}`}
    >
      {left.length > 0 ? (
        <>
          <LeftList left={left} count={plan.view?.counts?.left} about={t("leftText")} />
          <CheckField label={t("force")} checked={isForced} onChange={setForced} />
        </>
      ) : null}
    </PlannedForm>
  );
}

/** The removal of a storage: its plan, and what would stay on nodes that can't be asked. */
export function RemoveStorage({ id }: { id: string }) {
  const t = useTranslations("life");
  const found = findStorage(usePanel(), id);
  return found ? <RemoveForm key={id} storage={found.storage} /> : <Gone>{t("gone")}</Gone>;
}
