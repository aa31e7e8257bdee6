import type { ReactNode } from "react";

/** Heading of a page with what stands beside and below it. */
export function PageHead({
  title,
  beside,
  below,
  actions,
}: {
  title: ReactNode;
  beside?: ReactNode;
  below?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <div className="flex min-h-8 flex-wrap items-center gap-x-2.5 gap-y-1">
          <h1 className="text-xl font-semibold break-words">{title}</h1>
          {beside}
        </div>
        {below ? <p className="mt-0.5 text-ink-2">{below}</p> : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </div>
  );
}

export function Section({
  title,
  beside,
  children,
  className = "",
}: {
  title: ReactNode;
  beside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section className={`mt-6 ${className}`}>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-l font-semibold">{title}</h2>
        {beside}
      </div>
      {children}
    </section>
  );
}

/** A white pane with a line around. */
export function Pane({ children, className = "" }: { children: ReactNode; className?: string }) {
  return <div className={`rounded-m border border-line bg-surface ${className}`}>{children}</div>;
}

/** Pairs of word and value. */
export function Facts({ rows }: { rows: readonly (readonly [word: string, value: ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(7rem,auto)_1fr] gap-x-4 gap-y-1.5 px-3.5 py-3">
      {rows.map(([word, value]) => (
        <div key={word} className="contents">
          <dt className="text-ink-2">{word}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What this is and the one next action, where there is nothing yet. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <Pane className="flex flex-col items-start gap-3 px-5 py-6">
      <div>
        <h2 className="text-l font-semibold">{title}</h2>
        <div className="mt-1 max-w-prose text-ink-2">{children}</div>
      </div>
      {action}
    </Pane>
  );
}
