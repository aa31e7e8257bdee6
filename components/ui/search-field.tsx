"use client";
import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { INPUT } from "./field.tsx";

const AFTER_MS = 250;

/** A filter by text: what is typed counts a moment later, so that not every letter asks the server. */
export function SearchField({
  label,
  value,
  onChange,
  className = "",
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
}) {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [shown, setShown] = useState(value);
  // Changed from elsewhere: cleared with all filters.
  if (shown !== value) {
    setShown(value);
    setTyped(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (next: string) => {
    setTyped(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setShown(next);
      onChange(next);
    }, AFTER_MS);
  };
  return (
    <label className={`relative block ${className}`}>
      <span className="sr-only">{label}</span>
      <Search aria-hidden size={15} className="pointer-events-none absolute top-2 left-2.5 text-ink-3" />
      <input
        type="search"
        placeholder={label}
        value={typed}
        onChange={(event) => type(event.target.value)}
        className={`${INPUT} h-8 border-control-line pl-8`}
      />
    </label>
  );
}
