"use client";
import { useId } from "react";
import { describedBy, FieldFrame, inputClasses } from "#components/ui/field.tsx";

interface SelectProps {
  label: string;
  value: string;
  error?: string | undefined;
  onChange: (value: string) => void;
  options: { value: string; word: string; disabled?: boolean }[];
}

/** A labelled choice of one of a few, with its error beside it. */
export function SelectField({ label, value, error, onChange, options }: SelectProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} error={error}>
      <select
        id={id}
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, undefined, error)}
        onChange={(event) => onChange(event.target.value)}
        className={inputClasses(Boolean(error))}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.word}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}
