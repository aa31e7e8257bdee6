"use client";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { CheckField, TextField } from "#components/ui/field.tsx";
import type { FormField } from "#lib/domain/dto.ts";

type Value = FormField["default"];

export interface DriverFieldProps {
  field: FormField;
  /** Of the input. */
  name: string;
  /** As it stands there; of a secret what was typed since it was kept, never the secret. */
  value: Value;
  /** Of a secret: the server has one, which stays as long as nothing is typed. */
  isKept?: boolean;
  error?: string | undefined;
  onType: (value: Value) => void;
  onLeave?: () => void;
  /** In place of what the form around it does on this key. */
  onEnter?: () => void;
}

/** What is not a number stays as typed: the server says so beside the field. */
const typedAs = (widget: FormField["widget"], typed: string): Value =>
  widget === "number" && /^\d+$/.test(typed) ? Number(typed) : typed;

/** One field of a driver's form, as its schema describes it. */
export function DriverField({ field, name, value, isKept, error, onType, onLeave, onEnter }: DriverFieldProps) {
  const t = useTranslations("wizard.storages");
  const say = useText();
  const { widget } = field;
  const shown = { label: say(field.label), help: field.help && say(field.help) };
  if (widget === "switch")
    return (
      <div className="sm:col-span-2">
        <CheckField {...shown} checked={value === true} onChange={onType} />
      </div>
    );
  const isSecret = widget === "secret";
  return (
    <TextField
      {...shown}
      error={error}
      name={name}
      type={isSecret ? "password" : "text"}
      mono={widget === "path"}
      inputMode={widget === "number" ? "numeric" : undefined}
      autoComplete={isSecret ? "new-password" : "off"}
      spellCheck={false}
      placeholder={isKept ? t("secretKept") : field.placeholder}
      value={String(value)}
      onChange={(event) => onType(typedAs(widget, event.target.value))}
      onBlur={onLeave}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !onEnter) return;
        event.preventDefault();
        onEnter();
      }}
    />
  );
}
