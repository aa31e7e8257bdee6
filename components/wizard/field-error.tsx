import { CircleX } from "lucide-react";
import type { ReactNode } from "react";

/** A problem that belongs to no single input. */
export function FieldError({ children }: { children: ReactNode }) {
  if (!children) return null;
  return (
    <p role="alert" className="mt-2 flex items-start gap-1.5 text-s text-bad">
      <CircleX aria-hidden size={14} className="mt-0.5 shrink-0" />
      <span className="min-w-0 break-words">{children}</span>
    </p>
  );
}
