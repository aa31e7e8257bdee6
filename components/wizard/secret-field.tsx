"use client";
import { useState } from "react";
import { DriverField, type DriverFieldProps } from "#components/storage/driver-field.tsx";

interface Props extends Omit<DriverFieldProps, "value" | "onType" | "onLeave"> {
  /** Called once, with the whole of what was typed: each call is sealed. */
  onType: (secret: string) => void;
  onLeave: () => void;
}

/** A secret of a storage: written, never read again. */
export function SecretField({ onType, onLeave, ...shown }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const leave = () => {
    if (typed !== null) onType(typed);
    setTyped(null);
    onLeave();
  };
  return <DriverField {...shown} value={typed ?? ""} onType={(next) => setTyped(String(next))} onLeave={leave} />;
}
