"use client";
import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { DriverField } from "#components/storage/driver-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { Status, Tag } from "#components/ui/status.tsx";
import type { DraftData, FormField } from "#lib/domain/dto.ts";
import { isSecretId } from "#lib/domain/secret-id.ts";
import { FORMAT_BY_KIND } from "#lib/domain/storage.ts";
import { visible } from "#lib/domain/visible.ts";
import { FoundForStorage } from "./look-through.tsx";
import { SecretField } from "./secret-field.tsx";
import { configLine } from "./storage-line.ts";
import type { DraftForm } from "./use-draft.ts";
import type { Problems } from "./use-problems.ts";

type DraftStorage = DraftData["storages"][number];

interface FieldsProps {
  storage: DraftStorage;
  fields: FormField[];
  form: DraftForm;
  problems: Problems;
  onChange: (storage: DraftStorage) => void;
}

function CardField({
  storage,
  field,
  problems,
  onChange,
}: Omit<FieldsProps, "fields" | "form"> & { field: FormField }) {
  const path = `storages.${storage.key}.config.${field.name}`;
  const value = storage.config[field.name] ?? field.default;
  const shown = {
    ...{ field, name: path, error: problems.of(path) },
    onType: (next: string | number | boolean) =>
      onChange({ ...storage, config: { ...storage.config, [field.name]: next } }),
    onLeave: () => problems.leave(path),
  };
  if (field.widget === "secret") return <SecretField {...shown} isKept={isSecretId(String(value))} />;
  return <DriverField {...shown} value={value} />;
}

function Fields({ storage, fields, form, problems, onChange }: FieldsProps) {
  const t = useTranslations("wizard.storages");
  const namePath = `storages.${storage.key}.name`;
  // A cluster that exists keeps its directories.
  const isFixed = form.draft.kind !== "cluster";
  const dirs = [
    { name: "imageDir", label: t("imageDir") },
    { name: "shareDir", label: t("shareDir") },
  ] as const;
  return (
    <div className="grid gap-x-3 gap-y-4 sm:grid-cols-2">
      <TextField
        label={t("name")}
        name={namePath}
        autoComplete="off"
        value={storage.name}
        error={problems.of(namePath)}
        onChange={(event) => onChange({ ...storage, name: event.target.value })}
        onBlur={() => problems.leave(namePath)}
      />
      {fields.map((field) => (
        <CardField key={field.name} storage={storage} field={field} problems={problems} onChange={onChange} />
      ))}
      <div className="grid gap-x-3 gap-y-4 sm:col-span-2 sm:grid-cols-2">
        {dirs.map(({ name, label }) => (
          <TextField
            key={name}
            label={label}
            help={t(isFixed ? "dirFixed" : "clusterDir")}
            disabled={isFixed}
            name={name}
            mono
            autoComplete="off"
            spellCheck={false}
            value={form.data[name]}
            error={problems.of(name)}
            onChange={(event) => form.change({ [name]: event.target.value })}
            onBlur={() => problems.leave(name)}
          />
        ))}
      </div>
    </div>
  );
}

interface Props extends FieldsProps {
  open: boolean;
  onOpen: (open: boolean) => void;
  onRemove: () => void;
}

/** One storage of the draft: a line with its settings, or its form. A new one opens with the focus in its name. */
export function StorageCard({ storage, fields, form, problems, open, onOpen, onChange, onRemove }: Props) {
  const t = useTranslations("wizard.storages");
  const words = useTranslations("common");
  const body = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (open) body.current?.querySelector("input")?.focus();
  }, [open]);
  const format = FORMAT_BY_KIND[storage.kind];
  const prefix = `storages.${storage.key}.`;
  const wrong = Object.keys(form.draft.problems).some((path) => path.startsWith(prefix) && problems.of(path));
  const name = visible(storage.name) || "–";
  const toggle = () => {
    if (open) problems.submit([prefix]);
    onOpen(!open);
  };
  return (
    <li className="rounded-m border border-line bg-surface">
      <div className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-1.5">
        <span className="min-w-0 font-semibold break-all">{name}</span>
        <span className="flex items-center gap-1.5">
          {words(`kind.${storage.kind}`)}
          {format ? <Tag>{words(`format.${format}`)}</Tag> : null}
        </span>
        {open ? null : (
          <span className="min-w-0 font-mono text-s break-all text-ink-2">{configLine(storage.config)}</span>
        )}
        {wrong && !open ? <Status tone="bad">{t("wrong")}</Status> : null}
        <span className="ml-auto flex gap-1">
          <Button
            small
            look="quiet"
            aria-expanded={open}
            aria-label={open ? undefined : t("edit", { name })}
            onClick={toggle}
          >
            {open ? t("done") : words("edit")}
          </Button>
          <Button small look="quiet" aria-label={t("remove", { name })} onClick={onRemove}>
            {words("remove")}
          </Button>
        </span>
      </div>
      {open ? (
        <form
          ref={body}
          noValidate
          className="border-t border-line px-3.5 py-3.5"
          onSubmit={(event) => {
            event.preventDefault();
            toggle();
          }}
        >
          <Fields storage={storage} fields={fields} form={form} problems={problems} onChange={onChange} />
          <FoundForStorage
            nodes={form.draft.nodes}
            storageKey={storage.key}
            config={storage.config}
            onUse={(field, value) => onChange({ ...storage, config: { ...storage.config, [field]: value } })}
          />
          <input type="submit" hidden />
        </form>
      ) : null}
    </li>
  );
}
