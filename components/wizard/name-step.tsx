"use client";
import { useTranslations } from "use-intl";
import { TextField } from "#components/ui/field.tsx";
import { VIRTUALIZATIONS } from "#lib/domain/storage.ts";
import { ChoiceTile } from "./choice-tile.tsx";
import type { DraftForm } from "./use-draft.ts";
import type { Problems } from "./use-problems.ts";

export function NameStep({ form, problems, onNext }: { form: DraftForm; problems: Problems; onNext: () => void }) {
  const t = useTranslations("wizard.name");
  const kinds = useTranslations("common.virtualization");
  const { data, change } = form;
  return (
    <form
      className="space-y-5"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onNext();
      }}
    >
      <div className="max-w-md">
        <TextField
          label={t("label")}
          help={t("help")}
          name="name"
          autoComplete="off"
          value={data.name}
          error={problems.of("name")}
          onChange={(event) => change({ name: event.target.value })}
          onBlur={() => problems.leave("name")}
        />
      </div>
      <fieldset>
        <legend className="mb-1.5 font-medium">{t("virtualization")}</legend>
        <div className="grid gap-2 sm:grid-cols-2">
          {VIRTUALIZATIONS.map((virtualization) => (
            <ChoiceTile
              key={virtualization}
              name="virtualization"
              title={kinds(virtualization)}
              text={virtualization === "lxd" ? `${t("lxd")} ${t("lxdNotYet")}` : t(virtualization)}
              checked={data.virtualization === virtualization}
              disabled={virtualization === "lxd"}
              onChoose={() => change({ virtualization })}
            />
          ))}
        </div>
      </fieldset>
    </form>
  );
}
