"use client";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { TextField } from "#components/ui/field.tsx";

interface Props {
  label: ReactNode;
  help?: ReactNode;
  error?: ReactNode;
  name: string;
  /** The server has one: it is never sent back, and stays as long as nothing is typed. */
  isKept: boolean;
  /** Called once, with the whole of what was typed: each call is sealed. */
  onType: (secret: string) => void;
  onLeave: () => void;
}

/** A secret of a storage: written, never read again. */
export function SecretField({ label, help, error, name, isKept, onType, onLeave }: Props) {
  const t = useTranslations("wizard.storages");
  const [typed, setTyped] = useState<string | null>(null);
  const leave = () => {
    if (typed !== null) onType(typed);
    setTyped(null);
    onLeave();
  };
  return (
    <TextField
      label={label}
      help={help}
      error={error}
      name={name}
      type="password"
      autoComplete="new-password"
      spellCheck={false}
      placeholder={isKept ? t("secretKept") : undefined}
      value={typed ?? ""}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={leave}
    />
  );
}
