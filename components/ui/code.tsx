"use client";
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { visibleOutput } from "#lib/domain/visible.ts";
import { Button } from "./button.tsx";

/** Copies text; says so on the button for two seconds. Without a secure context the browser offers no clipboard: the text is selectable. */
export function CopyButton({
  value,
  label,
  small = true,
}: {
  /** Or how to get it, where it is not here yet. */
  value: string | (() => Promise<string>);
  label: string;
  small?: boolean;
}) {
  const t = useTranslations("common");
  const [state, setState] = useState<"idle" | "copied" | "refused">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () =>
    (typeof value === "string" ? copyText(value) : value().then(copyText)).then(
      () => setState("copied"),
      () => setState("refused"),
    );
  return (
    <Button
      small={small}
      onClick={copy}
      icon={state === "copied" ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
    >
      {state === "idle" ? label : state === "copied" ? t("copied") : t("copyRefused")}
    </Button>
  );
}

/** The clipboard of a page over plain http is not available: there the old way through a hidden field is used. */
async function copyText(value: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(value);
  const field = document.createElement("textarea");
  field.value = value;
  field.setAttribute("readonly", "");
  field.className = "fixed top-0 left-0 opacity-0";
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!done) throw new Error("copy refused");
}

/** A command as it ran and what it printed: as text, hidden characters made visible. */
export function CommandOutput({
  host,
  command,
  output,
  tall = false,
}: {
  host?: string;
  command: string;
  output?: string | null;
  tall?: boolean;
}) {
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      className={`overflow-auto rounded-s border border-line bg-sunken px-2.5 py-2 font-mono text-s whitespace-pre-wrap ${tall ? "max-h-96" : "max-h-56"}`}
    >
      <span className="text-ink-3">{host ? `${host} $ ` : "$ "}</span>
      {visibleOutput(command)}
      {output ? `\n${visibleOutput(output)}` : ""}
    </pre>
  );
}
