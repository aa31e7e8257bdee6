"use client";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { Button } from "#components/ui/button.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { useAction } from "#components/ui/use-action.ts";
import { notePartsSource } from "#lib/actions/storages.ts";
import type { FormField, SourceFormView } from "#lib/domain/dto.ts";
import type { Text } from "#lib/domain/text.ts";
import { DriverField } from "./driver-field.tsx";

export type Source = Record<string, string>;

/** What stands in the fields; a secret that the server has is an id here, and is never shown. */
interface Typed {
  values: Source;
  /** Ids of secrets in whose place nothing was typed since. */
  kept: Source;
}

const firstTyped = (fields: readonly FormField[]): Typed => ({
  values: Object.fromEntries(fields.map(({ name, default: value }) => [name, String(value ?? "")])),
  kept: {},
});

/** What the server has of it: of secrets nothing is known here but their ids. */
function noted(fields: readonly FormField[], source: Source): Typed {
  const isSecret = (name: string) => fields.some((field) => field.name === name && field.widget === "secret");
  const entries = Object.entries(source);
  return {
    values: Object.fromEntries(entries.map(([name, value]) => [name, isSecret(name) ? "" : value])),
    kept: Object.fromEntries(entries.filter(([name, value]) => isSecret(name) && value !== "")),
  };
}

interface Props {
  place: { storageId: string; nodeId: string };
  form: SourceFormView;
  /** What the look at it said, by field. */
  problems: Record<string, Text>;
  /** It is being looked at. */
  isLooking: boolean;
  /** What is looked at from now on; null: it is not any more, since other values were typed. */
  onNote: (source: Source | null) => void;
}

function Fields({ place, form, problems, isLooking, onNote }: Props) {
  const t = useTranslations("parts.source");
  const say = useText();
  const [typed, setTyped] = useState(() => (form.typed ? noted(form.fields, form.typed) : firstTyped(form.fields)));
  const [isShown, setShown] = useState(false);
  const { busy, error, run } = useAction(
    () => notePartsSource({ ...place, source: { ...typed.values, ...typed.kept } }),
    (source) => {
      setTyped(noted(form.fields, source));
      onNote(source);
    },
  );
  const look = () => {
    if (busy || isLooking) return;
    setShown(true);
    run();
  };
  const type = (name: string, value: string) => {
    const { [name]: _replaced, ...kept } = typed.kept;
    setTyped({ values: { ...typed.values, [name]: value }, kept });
    setShown(false);
    onNote(null);
  };
  const fields = { ...problems, ...error?.fields };
  const problemOf = (name: string) => {
    const problem = isShown ? (fields[name] ?? fields[`source.${name}`]) : undefined;
    return problem && say(problem);
  };
  return (
    <div className="space-y-4">
      <div className="grid gap-x-3 gap-y-4 sm:grid-cols-2">
        {form.fields.map((field) => (
          <DriverField
            key={field.name}
            field={field}
            name={`source.${field.name}`}
            value={typed.values[field.name] ?? ""}
            isKept={typed.kept[field.name] !== undefined}
            error={problemOf(field.name)}
            onType={(value) => type(field.name, String(value))}
            // The form around the field starts the plan: this key looks, and nothing else.
            onEnter={look}
          />
        ))}
      </div>
      {isShown && error && !error.fields ? <ErrorNotice error={error} /> : null}
      <Button busy={busy || isLooking} onClick={look}>
        {busy || isLooking ? t("looking") : t("look")}
      </Button>
    </div>
  );
}

/** Where further disks of a storage are, folded: named, it is looked at through the node, with the rest. */
export function SourceForm(props: Props) {
  const say = useText();
  const { title, help, typed } = props.form;
  const [isOpen, setOpen] = useState(typed !== undefined);
  return (
    <section className="space-y-3 border-t border-line pt-4">
      <Button
        small
        icon={<Plus aria-hidden size={14} />}
        aria-expanded={isOpen}
        onClick={() => {
          if (isOpen) props.onNote(null);
          setOpen(!isOpen);
        }}
      >
        {say(title)}
      </Button>
      {isOpen ? (
        <>
          <p className="max-w-prose text-ink-2">{say(help)}</p>
          <Fields {...props} />
        </>
      ) : null}
    </section>
  );
}
