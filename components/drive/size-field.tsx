"use client";
import { useId } from "react";
import { useTranslations } from "use-intl";
import { describedBy, FieldFrame, INPUT, inputClasses } from "#components/ui/field.tsx";
import { SIZE_UNITS, type SizeUnit } from "#lib/domain/size-input.ts";

export interface TypedSize {
  typed: string;
  unit: SizeUnit;
}

interface Props {
  label: string;
  help?: string;
  error?: string | undefined;
  value: TypedSize;
  onChange: (value: TypedSize) => void;
  onLeave: () => void;
}

/** A size as a number and a unit. */
export function SizeField({ label, help, error, value, onChange, onLeave }: Props) {
  const t = useTranslations("drives.form");
  const id = useId();
  return (
    <FieldFrame id={id} label={label} help={help} error={error}>
      <span className="flex gap-2">
        <input
          id={id}
          inputMode="decimal"
          autoComplete="off"
          value={value.typed}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(id, help, error)}
          onChange={(event) => onChange({ ...value, typed: event.target.value })}
          onBlur={onLeave}
          className={`${inputClasses(Boolean(error))} max-w-40`}
        />
        <span className="w-24">
          <select
            aria-label={t("unit")}
            value={value.unit}
            onChange={(event) => onChange({ ...value, unit: event.target.value as SizeUnit })}
            className={`${INPUT} h-8 border-control-line`}
          >
            {Object.keys(SIZE_UNITS).map((unit) => (
              <option key={unit}>{unit}</option>
            ))}
          </select>
        </span>
      </span>
    </FieldFrame>
  );
}
