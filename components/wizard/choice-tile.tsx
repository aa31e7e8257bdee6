"use client";
import { type ReactNode, useId } from "react";

interface Props {
  name: string;
  title: ReactNode;
  text: ReactNode;
  checked: boolean;
  disabled?: boolean;
  onChoose: () => void;
}

/** A radio button with room to say what it means; a disabled one says why in its text. */
export function ChoiceTile({ name, title, text, checked, disabled = false, onChoose }: Props) {
  const id = useId();
  return (
    <label
      className={`block rounded-m border px-3 py-2.5 has-checked:border-accent has-checked:shadow-[inset_0_0_0_1px_var(--accent)] has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent ${disabled ? "cursor-not-allowed border-line bg-sunken text-ink-2" : "cursor-pointer border-line-strong bg-surface hover:border-control-line"}`}
    >
      <input
        type="radio"
        name={name}
        checked={checked}
        disabled={disabled}
        aria-describedby={id}
        onChange={onChoose}
        className="sr-only"
      />
      <span className="block font-semibold">{title}</span>
      <span id={id} className="block text-s text-ink-2">
        {text}
      </span>
    </label>
  );
}
