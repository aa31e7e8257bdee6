"use client";
import { useTranslations } from "use-intl";
import { Button } from "#components/ui/button.tsx";
import { visible } from "#lib/domain/visible.ts";
import { ChoiceTile } from "./choice-tile.tsx";
import { FieldError } from "./field-error.tsx";
import type { StepName } from "./steps.tsx";
import { configLine } from "./storage-line.ts";
import type { DraftForm } from "./use-draft.ts";
import type { Problems } from "./use-problems.ts";

export function MainStep({
  form,
  problems,
  onGo,
}: {
  form: DraftForm;
  problems: Problems;
  onGo: (step: StepName) => void;
}) {
  const t = useTranslations("wizard.main");
  const kinds = useTranslations("common.kind");
  const { data, change } = form;
  if (data.storages.length === 0) {
    return (
      <div className="space-y-3">
        <p className="text-ink-2">{t("none")}</p>
        <Button onClick={() => onGo("storages")}>{t("toStorages")}</Button>
      </div>
    );
  }
  return (
    <fieldset>
      <legend className="sr-only">{t("heading")}</legend>
      <p className="mb-3 max-w-prose text-ink-2">{t("lead")}</p>
      <div className="grid gap-2 sm:grid-cols-2">
        {data.storages.map((storage) => (
          <ChoiceTile
            key={storage.key}
            name="mainKey"
            title={visible(storage.name) || "–"}
            text={`${kinds(storage.kind)} · ${configLine(storage.config)}`}
            checked={data.mainKey === storage.key}
            onChoose={() => change({ mainKey: storage.key })}
          />
        ))}
      </div>
      <FieldError>{problems.of("mainKey")}</FieldError>
    </fieldset>
  );
}
