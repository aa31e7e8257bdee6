"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { PlainButton } from "#components/ui/button.tsx";
import { STORAGE_KINDS, KINDS_BY_VIRTUALIZATION, type StorageKind } from "#lib/domain/storage.ts";
import type { DraftData, StorageKindView } from "#lib/domain/dto.ts";
import { visible } from "#lib/domain/visible.ts";
import { T } from "#components/text/t.tsx";
import { FieldError } from "./field-error.tsx";
import { LookThrough } from "./look-through.tsx";
import { StorageCard } from "./storage-card.tsx";
import { configLine } from "./storage-line.ts";
import type { DraftForm } from "./use-draft.ts";
import type { Problems } from "./use-problems.ts";

type DraftStorage = DraftData["storages"][number];

function freshName(kind: StorageKind, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? kind : `${kind}-${number}`;
    if (!taken.includes(name)) return name;
  }
}

function freshStorage(kind: StorageKindView, data: DraftData): DraftStorage {
  const keys = new Set(data.storages.map((storage) => storage.key));
  let number = data.storages.length + 1;
  while (keys.has(`s${number}`)) number += 1;
  return {
    key: `s${number}`,
    kind: kind.kind,
    name: freshName(
      kind.kind,
      data.storages.map((storage) => storage.name),
    ),
    config: Object.fromEntries(kind.fields.map((field) => [field.name, field.default])),
  };
}

function KindTiles({
  data,
  kinds,
  onAdd,
}: {
  data: DraftData;
  kinds: StorageKindView[];
  onAdd: (kind: StorageKindView) => void;
}) {
  const t = useTranslations("wizard.storages");
  const words = useTranslations("common.kind");
  const allowed = KINDS_BY_VIRTUALIZATION[data.virtualization];
  return (
    <ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
      {STORAGE_KINDS.map((kind) => {
        const view = kinds.find((each) => each.kind === kind);
        const fits = allowed.includes(kind);
        const can = fits && view?.available;
        const why = fits ? null : data.virtualization === "kvm" ? t("onlyLxd") : t("onlyKvm");
        return (
          <li key={kind} className="flex">
            <PlainButton
              aria-disabled={!can || undefined}
              onClick={() => can && view && onAdd(view)}
              className={`flex w-full flex-col items-start justify-start rounded-m border px-3 py-2.5 text-left ${can ? "border-line-strong bg-surface hover:border-accent" : "border-line bg-sunken text-ink-2"}`}
            >
              <span className="block font-semibold">{words(kind)}</span>
              <span className="block text-s text-ink-2">
                {view ? <T text={view.description} /> : null} {why}
              </span>
            </PlainButton>
          </li>
        );
      })}
    </ul>
  );
}

/** A storage that the cluster has already, for comparison. */
function FixedStorage({ storage }: { storage: DraftStorage }) {
  const t = useTranslations("wizard.storages");
  const kind = useTranslations("common.kind")(storage.kind);
  return (
    <li className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 rounded-m border border-line bg-sunken px-3.5 py-1.5">
      <span className="min-w-0 font-semibold break-all">{visible(storage.name)}</span>
      <span>{kind}</span>
      <span className="min-w-0 font-mono text-s break-all text-ink-2">{configLine(storage.config)}</span>
      <span className="ml-auto text-s text-ink-2">{t("there")}</span>
    </li>
  );
}

/** Storages of the cluster: each with its form, made from its driver's fields; what is typed is in the draft at once. */
export function StoragesStep({
  form,
  problems,
  kinds,
}: {
  form: DraftForm;
  problems: Problems;
  kinds: StorageKindView[];
}) {
  const t = useTranslations("wizard.storages");
  const { data, change } = form;
  const [open, setOpen] = useState<string | null>(null);
  const isNew = form.draft.kind === "cluster";
  const fixed = data.storages.filter(({ key }) => form.draft.fixed.includes(key));
  const typed = data.storages.filter(({ key }) => !form.draft.fixed.includes(key));
  const update = (storage: DraftStorage) =>
    change({ storages: data.storages.map((each) => (each.key === storage.key ? storage : each)) });
  const remove = (key: string) => {
    const storages = data.storages.filter((each) => each.key !== key);
    change({ storages, mainKey: data.mainKey === key ? (storages[0]?.key ?? null) : data.mainKey });
  };
  const add = (kind: StorageKindView) => {
    const storage = freshStorage(kind, data);
    change({ storages: [...data.storages, storage], mainKey: data.mainKey ?? storage.key });
    setOpen(storage.key);
  };
  return (
    <div className="space-y-5">
      <p className="max-w-prose text-ink-2">{t(isNew ? "lead" : "leadAdd")}</p>
      {data.storages.length > 0 ? (
        <ul className="space-y-2">
          {fixed.map((storage) => (
            <FixedStorage key={storage.key} storage={storage} />
          ))}
          {typed.map((storage) => (
            <StorageCard
              key={storage.key}
              storage={storage}
              form={form}
              problems={problems}
              fields={kinds.find((kind) => kind.kind === storage.kind)?.fields ?? []}
              open={open === storage.key}
              onOpen={(yes) => setOpen(yes ? storage.key : null)}
              onChange={update}
              onRemove={() => remove(storage.key)}
            />
          ))}
        </ul>
      ) : null}
      <section aria-labelledby="add-storage">
        <h3 id="add-storage" className="mb-2 font-semibold">
          {t("add")}
        </h3>
        <KindTiles data={data} kinds={kinds} onAdd={add} />
        <FieldError>{problems.of("storages")}</FieldError>
      </section>
      {isNew ? <LookThrough form={form} /> : null}
    </div>
  );
}
