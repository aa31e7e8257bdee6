import type { ReactNode } from "react";
import { Logo } from "#components/shell/logo.tsx";

/** A narrow page in the middle, for whoever is not in yet. */
export function DoorFrame({ title, lead, children }: { title: ReactNode; lead?: ReactNode; children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col px-5 pt-[14vh] pb-10">
      <p className="mb-6 flex items-center gap-2.5 text-l font-semibold">
        <Logo size={20} />
        Spindle
      </p>
      <h1 className="text-xl font-semibold">{title}</h1>
      {lead ? <p className="mt-1 text-ink-2">{lead}</p> : null}
      <div className="mt-5">{children}</div>
    </main>
  );
}
