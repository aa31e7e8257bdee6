"use client";
import { INPUT } from "./field.tsx";
import { useHydrated } from "./use-hydrated.ts";

interface Props {
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
  className?: string;
}

/** One of several in a list of the browser's own; a value that is not among them is shown as it is. */
export function Select({ label, value, options, onChange, className = "" }: Props) {
  const hydrated = useHydrated();
  const known = options.some((option) => option.value === value);
  return (
    <select
      aria-label={label}
      value={value}
      disabled={!hydrated}
      onChange={(event) => onChange(event.target.value)}
      className={`${INPUT} h-8 border-control-line ${className}`}
    >
      {known ? null : <option value={value}>{value}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
