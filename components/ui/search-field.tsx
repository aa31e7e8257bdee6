"use client";
import { Search } from "lucide-react";
import { INPUT } from "./field.tsx";
import { useTyped } from "./use-typed.ts";

const AFTER_MS = 250;

/** A filter by text. What is typed counts `afterMs` later, so that not every letter asks the server. */
export function SearchField({
  label,
  value,
  onChange,
  afterMs = AFTER_MS,
  maxLength,
  className = "",
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  afterMs?: number;
  maxLength?: number;
  className?: string;
}) {
  const [typed, type] = useTyped(value, onChange, afterMs);
  return (
    <label className={`relative block ${className}`}>
      <span className="sr-only">{label}</span>
      <Search aria-hidden size={15} className="pointer-events-none absolute top-2 left-2.5 text-ink-3" />
      <input
        type="search"
        maxLength={maxLength}
        placeholder={label}
        value={typed}
        onChange={(event) => type(event.target.value.slice(0, maxLength))}
        className={`${INPUT} h-8 border-control-line pl-8`}
      />
    </label>
  );
}
