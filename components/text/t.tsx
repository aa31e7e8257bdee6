"use client";
import { useTranslations } from "use-intl";
import type { Text } from "#lib/domain/text.ts";
import { visible } from "#lib/domain/visible.ts";

type Loose = { (key: string, values?: Record<string, string | number>): string; has(key: string): boolean };

function shown(values: Text["values"]): Record<string, string | number> | undefined {
  if (!values) return undefined;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? visible(value) : value]),
  );
}

/** Renders a sentence that came as data. Its values may come from a node: hidden characters in them are made visible. */
export function useText(): (text: Text) => string {
  // A key that travels as data can't be checked by the compiler.
  const t = useTranslations() as unknown as Loose;
  return (text) =>
    t.has(text.key)
      ? t(text.key, shown(text.values))
      : `${text.key} ${Object.values(text.values ?? {}).join(" ")}`.trim();
}

export function T({ text }: { text: Text }) {
  return useText()(text);
}
