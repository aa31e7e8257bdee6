import { CircleCheck, CircleHelp, CircleX, LoaderCircle, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Tone } from "#lib/domain/badges.ts";

export const TONE_TEXT: Record<Tone, string> = {
  ok: "text-ok",
  warn: "text-warn",
  bad: "text-bad",
  busy: "text-busy",
  unknown: "text-unknown",
};

export const TONE_SOFT: Record<Tone, string> = {
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  busy: "bg-busy-soft text-busy",
  unknown: "bg-unknown-soft text-unknown",
};

const TONE_ICON: Record<Tone, LucideIcon> = {
  ok: CircleCheck,
  warn: TriangleAlert,
  bad: CircleX,
  busy: LoaderCircle,
  unknown: CircleHelp,
};

interface Props {
  tone: Tone;
  children: ReactNode;
  /** In place of the tone's own sign. */
  icon?: LucideIcon;
  /** `soft`: on a coloured ground, beside a heading. */
  soft?: boolean;
  className?: string;
}

export function ToneIcon({ tone, icon, size = 15 }: { tone: Tone; icon?: LucideIcon; size?: number }) {
  const Icon = icon ?? TONE_ICON[tone];
  return <Icon aria-hidden size={size} className={`shrink-0 ${tone === "busy" && !icon ? "spin" : ""}`} />;
}

/** Icon, word and colour together: a status is never said by colour alone. */
export function Status({ tone, children, icon, soft = false, className = "" }: Props) {
  const ground = soft ? `rounded-full px-2.5 py-1 ${TONE_SOFT[tone]}` : TONE_TEXT[tone];
  return (
    <span className={`inline-flex items-center gap-1.5 align-middle font-medium ${ground} ${className}`}>
      <ToneIcon tone={tone} icon={icon} />
      <span>{children}</span>
    </span>
  );
}

/** A small fact beside a name: `KVM`, `RAW`. */
export function Tag({ children }: { children: ReactNode }) {
  return <span className="rounded-s border border-line-strong px-1.5 text-xs font-medium text-ink-2">{children}</span>;
}
