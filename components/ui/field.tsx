"use client";
import { CircleX } from "lucide-react";
import { type ChangeEvent, type ComponentProps, type ReactNode, useEffect, useId, useRef } from "react";
import { useHydrated } from "./use-hydrated.ts";

export const INPUT =
  "block w-full rounded-m border bg-surface px-2.5 text-m text-ink disabled:border-line-strong disabled:bg-sunken disabled:text-ink-3";

export function inputClasses(wrong: boolean, mono = false): string {
  return `${INPUT} h-8 ${wrong ? "border-bad-mark" : "border-control-line"} ${mono ? "font-mono text-s" : ""}`;
}

interface FrameProps {
  id: string;
  label: ReactNode;
  help?: ReactNode;
  error?: ReactNode;
  children: ReactNode;
}

export const helpId = (id: string) => `${id}-help`;
export const errorId = (id: string) => `${id}-error`;

/** What `aria-describedby` of a control names: its help and its error, where there are any. */
export function describedBy(id: string, help: ReactNode, error: ReactNode): string | undefined {
  const ids = [...(error ? [errorId(id)] : []), ...(help ? [helpId(id)] : [])];
  return ids.length > 0 ? ids.join(" ") : undefined;
}

/** Label above, error and help below. */
export function FieldFrame({ id, label, help, error, children }: FrameProps) {
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      {children}
      {error ? (
        <p id={errorId(id)} className="mt-1 flex items-start gap-1.5 text-s text-bad">
          <CircleX aria-hidden size={14} className="mt-0.5 shrink-0" />
          <span className="min-w-0 break-words">{error}</span>
        </p>
      ) : null}
      {help ? (
        <p id={helpId(id)} className="mt-1 text-s text-ink-2">
          {help}
        </p>
      ) : null}
    </div>
  );
}

interface TextFieldProps extends Omit<ComponentProps<"input">, "id" | "ref"> {
  label: ReactNode;
  help?: ReactNode;
  error?: ReactNode;
  mono?: boolean;
}

/** A labelled line of text with its error beside it. */
export function TextField({ label, help, error, mono = false, className, ...rest }: TextFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const { value, onChange } = rest;
  // What was typed before the page was alive stands in the field, and nobody was told.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page comes alive
  useEffect(() => {
    const target = input.current;
    if (target && value !== undefined && target.value !== String(value))
      onChange?.({ target, currentTarget: target } as ChangeEvent<HTMLInputElement>);
  }, []);
  return (
    <FieldFrame id={id} label={label} help={help} error={error}>
      <input
        {...rest}
        ref={input}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, help, error)}
        className={`${inputClasses(Boolean(error), mono)} ${className ?? ""}`}
      />
    </FieldFrame>
  );
}

/** A box to tick, its label beside it and its help below. */
export function CheckField({
  label,
  help,
  checked,
  onChange,
}: {
  label: ReactNode;
  help?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId();
  const hydrated = useHydrated();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="flex min-h-6 items-center gap-2 font-medium">
        <input
          id={id}
          type="checkbox"
          checked={checked}
          disabled={!hydrated}
          aria-describedby={describedBy(id, help, undefined)}
          onChange={(event) => onChange(event.target.checked)}
          className="checkbox"
        />
        {label}
      </label>
      {help ? (
        <p id={helpId(id)} className="mt-1 text-s text-ink-2">
          {help}
        </p>
      ) : null}
    </div>
  );
}
