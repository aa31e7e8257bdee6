"use client";
import { useEffect, useRef, useState } from "react";

/**
 * What stands in a field whose value is kept elsewhere, in the address: `[typed, type]`. It stands there at once and is
 * told `afterMs` later. What was told comes back as `value` some time after, when more may have been typed: only a value
 * that was not told from here is taken into the field.
 */
export function useTyped(value: string, tell: (value: string) => void, afterMs = 0): [string, (next: string) => void] {
  const [typed, setTyped] = useState(value);
  const [seen, setSeen] = useState(value);
  const [told, setTold] = useState<readonly string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  if (seen !== value) {
    const at = told.indexOf(value);
    setSeen(value);
    setTold(at < 0 ? [] : told.slice(at + 1));
    if (at < 0) setTyped(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const tellNow = (next: string) => {
    setTold((before) => [...before, next]);
    tell(next);
  };
  const type = (next: string) => {
    setTyped(next);
    clearTimeout(timer.current);
    if (afterMs === 0) tellNow(next);
    else timer.current = setTimeout(() => tellNow(next), afterMs);
  };
  return [typed, type];
}
