"use client";
import { type FormEvent, type ReactNode, useRef, useState, useTransition } from "react";
import { useText } from "#components/text/t.tsx";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import type { ActionResult, ErrorView } from "#lib/domain/errors.ts";

export interface DoorField {
  name: string;
  label: string;
  type: "text" | "email" | "password";
  autoComplete: string;
  help?: string;
}

interface Props {
  fields: readonly DoorField[];
  submit: string;
  submitting: string;
  run: (values: Record<string, string>) => Promise<ActionResult<unknown>>;
  /** Where to go with the new session. */
  next: string;
  children?: ReactNode;
}

/** The forms before the panel: what was typed stays, refusals stand beside their fields, the first one gets the focus. */
export function DoorForm({ fields, submit, submitting, run, next, children }: Props) {
  const say = useText();
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(fields.map((field) => [field.name, ""])),
  );
  const [error, setError] = useState<ErrorView | null>(null);
  const [busy, start] = useTransition();

  const send = (event: FormEvent) => {
    event.preventDefault();
    start(async () => {
      const result = await run(values);
      if (result.ok) {
        // A full load: nothing of the door stays, and the shell starts with the new session.
        window.location.assign(next);
        await new Promise(() => {});
        return;
      }
      setError(result.error);
      const wrong = fields.find((field) => result.error.fields?.[field.name]) ?? fields.at(-1);
      const input = wrong ? form.current?.elements.namedItem(wrong.name) : null;
      if (input instanceof HTMLElement) input.focus();
    });
  };

  const ownFields = error?.fields && fields.some((field) => error.fields?.[field.name]);
  return (
    <form ref={form} method="post" onSubmit={send} noValidate className="space-y-4">
      {error && !ownFields ? <ErrorNotice error={error} /> : null}
      {fields.map((field) => {
        const refused = error?.fields?.[field.name];
        return (
          <TextField
            key={field.name}
            name={field.name}
            type={field.type}
            autoComplete={field.autoComplete}
            label={field.label}
            help={field.help}
            required
            value={values[field.name] ?? ""}
            error={refused ? say(refused) : undefined}
            onChange={(event) => setValues((typed) => ({ ...typed, [field.name]: event.target.value }))}
          />
        );
      })}
      {children}
      <Button type="submit" look="primary" busy={busy} className="w-full">
        {busy ? submitting : submit}
      </Button>
    </form>
  );
}
