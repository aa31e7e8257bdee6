"use client";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useText } from "#components/text/t.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { PageHead } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { useAction } from "#components/ui/use-action.ts";
import { editStorage } from "#lib/actions/storages.ts";
import type { ClusterView, FormField, StorageView } from "#lib/domain/dto.ts";
import { visible } from "#lib/domain/visible.ts";
import { findStorage } from "#lib/queries/panel.ts";
import { DriverField } from "./driver-field.tsx";

/** What the storage is made of: shown where it would be typed, with why it can't be. */
function Fixed({ cluster, storage, fields }: { cluster: ClusterView; storage: StorageView; fields: FormField[] }) {
  const t = useTranslations("life.edit");
  const tDirs = useTranslations("wizard.storages");
  const kind = useTranslations("common.kind")(storage.kind);
  const say = useText();
  const rows = [
    { label: t("kind"), value: kind, why: t("kindFixed") },
    ...fields.map((field) => ({
      label: say(field.label),
      value: visible(String(storage.config[field.name] ?? "")),
      why: t("fieldFixed"),
    })),
    { label: tDirs("imageDir"), value: cluster.imageDir, why: t("dirFixed") },
    { label: tDirs("shareDir"), value: cluster.shareDir, why: t("dirFixed") },
  ];
  return rows.map(({ label, value, why }) => <TextField key={label} label={label} value={value} help={why} disabled />);
}

type Settings = Record<string, boolean>;

/** Fields that can be changed, as they are now. So far they are switches. */
const settingsOf = (storage: StorageView, fields: FormField[]): Settings =>
  Object.fromEntries(fields.map(({ name, ...field }) => [name, (storage.config[name] ?? field.default) === true]));

function EditForm({ cluster, storage, fields }: { cluster: ClusterView; storage: StorageView; fields: FormField[] }) {
  const t = useTranslations("life.edit");
  const cancel = useTranslations("common")("cancel");
  const say = useText();
  const router = useRouter();
  const [name, setName] = useState(storage.name);
  const changeable = fields.filter((field) => field.isChangeable);
  const before = settingsOf(storage, changeable);
  const [typed, setTyped] = useState<Settings>({});
  const settings = { ...before, ...typed };
  const back = `/storages/${storage.id}`;
  const { busy, error, run } = useAction(
    () => editStorage({ storageId: storage.id, name: name.trim(), settings: typed }),
    () => router.push(back),
  );
  const problem = error?.fields?.name;
  const isOther = changeable.some((field) => settings[field.name] !== before[field.name]);
  const reason = name.trim() === storage.name && !isOther ? t("same") : null;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (reason === null && !busy) run();
  };
  return (
    <div className="max-w-2xl p-4 sm:p-5">
      <PageHead title={t("title", { storage: visible(storage.name) })} below={t("below")} />
      <form onSubmit={save} className="space-y-4">
        {error && !problem ? <ErrorNotice error={error} /> : null}
        <TextField
          label={t("name")}
          help={t("nameHelp")}
          value={name}
          autoComplete="off"
          error={problem && say(problem)}
          onChange={(event) => setName(event.target.value)}
        />
        {changeable.map((field) => (
          <DriverField
            key={field.name}
            field={field}
            name={field.name}
            value={settings[field.name] === true}
            onType={(next) => setTyped({ ...typed, [field.name]: next === true })}
          />
        ))}
        <Fixed cluster={cluster} storage={storage} fields={fields.filter((field) => !field.isChangeable)} />
        <div className="flex flex-wrap items-center justify-end gap-2">
          <LinkButton href={back}>{cancel}</LinkButton>
          <Button type="submit" look="primary" reason={reason} apart busy={busy}>
            {busy ? t("saving") : t("save")}
          </Button>
        </div>
      </form>
    </div>
  );
}

/** The page of a storage's name and settings, beside everything of it that can't be changed. */
export function EditStorage({ id, fields }: { id: string; fields: FormField[] }) {
  const t = useTranslations("life");
  const found = findStorage(usePanel(), id);
  return found ? <EditForm key={id} {...found} fields={fields} /> : <Gone>{t("gone")}</Gone>;
}
