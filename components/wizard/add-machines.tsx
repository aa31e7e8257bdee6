"use client";
import { type FormEvent, useEffect, useId, useRef, useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { Button } from "#components/ui/button.tsx";
import { describedBy, FieldFrame, INPUT, TextField } from "#components/ui/field.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { Segments } from "#components/ui/segments.tsx";
import { addDraftNode } from "#lib/actions/drafts.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import { readMachineList } from "./node-list.ts";

export type AddMode = "one" | "list";

interface Typed {
  address: string;
  port: string;
  user: string;
  credential: "password" | "key";
  password: string;
  list: string;
}

const EMPTY: Typed = { address: "", port: "22", user: "root", credential: "password", password: "", list: "" };

interface Machine {
  address: string;
  port: number;
  user: string;
}

function machinesOf(mode: AddMode, typed: Typed): (Machine & { line: number })[] {
  if (mode === "list") return readMachineList(typed.list, typed.user);
  return [
    {
      line: 1,
      address: typed.address.trim(),
      port: /^\d+$/.test(typed.port) ? Number(typed.port) : 0,
      user: typed.user.trim(),
    },
  ];
}

interface Failure {
  /** Of the list as it stands now: refused lines only. */
  line: number;
  key: string;
  error: ErrorView;
}

interface Props {
  draftId: string;
  mode: AddMode;
  onDone: () => void;
  onAdded: () => void;
}

/** Adds one machine, or a list with one credential for all. What was typed stays until it is added; the password goes with it. */
export function AddMachines({ draftId, mode, onDone, onAdded }: Props) {
  const t = useTranslations("wizard.nodes");
  const tCommon = useTranslations("common");
  const say = useText();
  const form = useRef<HTMLFormElement>(null);
  const listId = useId();
  const [typed, setTyped] = useState(EMPTY);
  const [failures, setFailures] = useState<Failure[]>([]);
  const [busy, start] = useTransition();
  useEffect(() => form.current?.querySelector<HTMLElement>(mode === "one" ? "input" : "textarea")?.focus(), [mode]);
  const set = (changes: Partial<Typed>) => setTyped((before) => ({ ...before, ...changes }));
  const machines = machinesOf(mode, typed);

  const add = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    start(async () => {
      const refused: Failure[] = [];
      for (const { line, ...machine } of machines) {
        const result = await addDraftNode({
          draftId,
          ...machine,
          credential: typed.credential,
          ...(typed.credential === "password" ? { password: typed.password } : {}),
        });
        if (!result.ok) refused.push({ line: refused.length + 1, key: `${line}`, error: result.error });
      }
      onAdded();
      setFailures(refused);
      if (refused.length === 0) {
        setTyped({ ...EMPTY, user: typed.user, credential: typed.credential });
        onDone();
        return;
      }
      // Only the refused lines stay, so that a second press adds no machine twice.
      const stay = new Set(refused.map((each) => Number(each.key)));
      if (mode === "list")
        set({
          list: typed.list
            .split(/\r?\n/)
            .filter((_, index) => stay.has(index + 1))
            .join("\n"),
        });
      setTimeout(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus(), 0);
    });
  };

  const one = mode === "one" ? failures[0]?.error : undefined;
  const fieldError = (name: string) => (one?.fields?.[name] ? say(one.fields[name]) : undefined);
  const listError =
    mode === "list" && failures.length > 0
      ? failures.map(({ error, key, line }) => (
          <span key={key} className="block">
            {t("listWrong", { line, message: say(Object.values(error.fields ?? {})[0] ?? error.message) })}
          </span>
        ))
      : undefined;
  return (
    <form
      ref={form}
      onSubmit={add}
      noValidate
      className="space-y-4 rounded-m border border-line bg-surface px-3.5 py-3.5"
    >
      {one && !one.fields ? <ErrorNotice error={one} /> : null}
      {mode === "one" ? (
        <div className="grid gap-x-3 gap-y-4 sm:grid-cols-[1fr_5rem_8rem]">
          <TextField
            label={t("address")}
            help={t("addressHelp")}
            name="address"
            mono
            autoComplete="off"
            spellCheck={false}
            value={typed.address}
            error={fieldError("address")}
            onChange={(event) => set({ address: event.target.value })}
          />
          <TextField
            label={t("port")}
            name="port"
            inputMode="numeric"
            autoComplete="off"
            value={typed.port}
            error={fieldError("port")}
            onChange={(event) => set({ port: event.target.value })}
          />
          <TextField
            label={t("user")}
            name="user"
            mono
            autoComplete="off"
            spellCheck={false}
            value={typed.user}
            error={fieldError("user")}
            onChange={(event) => set({ user: event.target.value })}
          />
        </div>
      ) : (
        <div className="grid gap-x-3 gap-y-4 sm:grid-cols-[1fr_8rem]">
          <FieldFrame id={listId} label={t("list")} help={t("listHelp")} error={listError}>
            <textarea
              id={listId}
              name="list"
              rows={5}
              spellCheck={false}
              value={typed.list}
              aria-invalid={listError ? true : undefined}
              aria-describedby={describedBy(listId, true, listError)}
              onChange={(event) => set({ list: event.target.value })}
              className={`${INPUT} py-1.5 font-mono text-s ${listError ? "border-bad-mark" : "border-control-line"}`}
            />
          </FieldFrame>
          <TextField
            label={t("user")}
            name="user"
            mono
            autoComplete="off"
            spellCheck={false}
            value={typed.user}
            onChange={(event) => set({ user: event.target.value })}
          />
        </div>
      )}
      <p className="text-s text-ink-2">{t("userHelp")}</p>
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div>
          <p className="mb-1 font-medium" aria-hidden>
            {t("credential")}
          </p>
          <Segments
            label={t("credential")}
            value={typed.credential}
            options={[
              { value: "password", label: t("password") },
              { value: "key", label: t("key") },
            ]}
            onChange={(credential) => set({ credential })}
          />
        </div>
        {typed.credential === "password" ? (
          <div className="min-w-0 flex-1 basis-60">
            <TextField
              label={t("password")}
              type="password"
              name="node-password"
              autoComplete="off"
              value={typed.password}
              error={fieldError("password")}
              onChange={(event) => set({ password: event.target.value })}
            />
          </div>
        ) : null}
      </div>
      <p className="text-s text-ink-2">{typed.credential === "password" ? t("passwordHelp") : t("keyHelp")}</p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>{tCommon("cancel")}</Button>
        <Button look="primary" type="submit" busy={busy}>
          {busy ? t("adding") : mode === "one" ? t("addOne") : t("addMany", { count: machines.length })}
        </Button>
      </div>
    </form>
  );
}
