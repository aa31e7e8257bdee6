"use client";
import Link from "next/link";
import { type ComponentProps, type ReactNode, useId } from "react";
import { useHydrated } from "./use-hydrated.ts";

export type ButtonLook = "primary" | "secondary" | "quiet" | "danger";

const BASE =
  "inline-flex items-center justify-center gap-1.5 rounded-m border px-3 font-medium whitespace-nowrap no-underline transition-colors select-none";

const LOOK: Record<ButtonLook, string> = {
  primary: "border-accent bg-accent text-accent-ink hover:border-accent-hover hover:bg-accent-hover",
  secondary: "border-line-strong bg-surface text-ink hover:border-control-line",
  quiet: "border-transparent bg-transparent text-ink hover:bg-sunken",
  danger: "border-bad-mark bg-surface text-bad hover:bg-bad-soft",
};

const OFF = "border-line-strong bg-sunken text-ink-3";

function classes(look: ButtonLook, small: boolean, off = false): string {
  return `${BASE} ${small ? "h-7 text-s" : "h-8 text-m"} ${off ? OFF : LOOK[look]}`;
}

interface Common {
  look?: ButtonLook;
  small?: boolean;
  icon?: ReactNode;
  children: ReactNode;
}

type Props = Common &
  Omit<ComponentProps<"button">, "children"> & {
    /** Why it can't be done now: shown beside the button, which stays reachable by keyboard. */
    reason?: string | null;
    /** Id of what says why it can't be done now, where that is said once for several buttons. */
    reasonId?: string | undefined;
    /** The reason stands before everything beside the button, and wraps before that does: at the end of a form. */
    apart?: boolean;
    busy?: boolean;
  };

/** A button; with a `reason` it is off and says why. While `busy` a second press does nothing. */
export function Button({
  look = "secondary",
  small = false,
  icon,
  children,
  reason,
  reasonId,
  apart = false,
  busy,
  className = "",
  onClick,
  type = "button",
  ...rest
}: Props) {
  const id = useId();
  const hydrated = useHydrated();
  const isRefused = Boolean(reason ?? reasonId);
  const off = isRefused || Boolean(busy);
  const button = (
    <button
      {...rest}
      disabled={!hydrated || rest.disabled}
      type={off && type === "submit" ? "button" : type}
      aria-disabled={off || undefined}
      aria-describedby={reason ? id : (reasonId ?? rest["aria-describedby"])}
      onClick={off ? undefined : onClick}
      className={`${classes(look, small, isRefused)} ${className}`}
    >
      {icon}
      {children}
    </button>
  );
  // One that may get a reason is drawn in one place with and without it, or it would lose the focus.
  if (!reason && !apart) return button;
  return (
    <span
      className={
        apart
          ? "contents"
          : "inline-flex max-w-full flex-wrap items-center justify-end gap-x-2 gap-y-1 max-sm:justify-start"
      }
    >
      {reason ? (
        <span
          id={id}
          className={`min-w-0 text-s wrap-anywhere text-ink-2 ${apart ? "order-first flex-1 basis-40 text-right max-sm:basis-full" : ""}`}
        >
          {reason}
        </span>
      ) : null}
      {button}
    </span>
  );
}

export function LinkButton({
  look = "secondary",
  small = false,
  icon,
  children,
  className = "",
  ...rest
}: Common & Omit<ComponentProps<typeof Link>, "children">) {
  return (
    <Link prefetch={false} {...rest} className={`${classes(look, small)} ${className}`}>
      {icon}
      {children}
    </Link>
  );
}

/** A button without a look of its own, for rows, tiles and switches. */
export function PlainButton({ type = "button", ...rest }: ComponentProps<"button">) {
  const hydrated = useHydrated();
  return <button {...rest} type={type} disabled={!hydrated || rest.disabled} />;
}
