"use client";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";

const WIDTHS = ["w-3/5", "w-2/3", "w-1/2", "w-3/4", "w-2/5"] as const;
const STEPS = [1, 2, 3, 4, 5] as const;

/** Says to whoever does not see it that something is on its way. */
function Busy({ className, children }: { className?: string; children: ReactNode }) {
  const t = useTranslations("common");
  return (
    <div className={className} aria-busy="true">
      <p className="sr-only">{t("loading")}</p>
      {children}
    </div>
  );
}

function Rows() {
  return (
    <div className="rounded-m border border-line bg-surface">
      {WIDTHS.map((width) => (
        <div key={width} className="border-line px-3.5 py-3 not-first:border-t">
          <div className={`skeleton h-4 ${width}`} />
        </div>
      ))}
    </div>
  );
}

function Heading() {
  return <div className="skeleton mb-2 h-5 w-24" />;
}

/** The rows of a table, while they are on their way. */
export function RowsSkeleton() {
  return (
    <Busy>
      <Rows />
    </Busy>
  );
}

/** The page of a task: its steps, and its facts beside them. */
export function TaskSkeleton() {
  return (
    <Busy className="p-4 sm:p-5">
      <div className="skeleton h-7 w-56" />
      <div className="skeleton mt-2 mb-4 h-4 w-80 max-w-full" />
      <div className="grid gap-x-5 gap-y-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div>
          <Heading />
          <Rows />
        </div>
        <div>
          <Heading />
          <Rows />
        </div>
      </div>
    </Busy>
  );
}

/** The steps of a plan; stands in what is marked busy already. */
export function PlanSkeleton() {
  return (
    <ol aria-hidden className="mt-5">
      {WIDTHS.map((width) => (
        <li key={width} className="space-y-1.5 border-t border-line py-2 pl-7">
          <div className={`skeleton h-4 ${width}`} />
          <div className="skeleton h-4 w-4/5" />
        </li>
      ))}
    </ol>
  );
}

/** The wizard: its steps and a form at the left, the plan at the right. */
export function WizardSkeleton() {
  return (
    <Busy className="grid flex-1 lg:grid-cols-[minmax(0,1fr)_minmax(22rem,39%)]">
      <div className="p-4 sm:p-5">
        <div className="skeleton mb-3 h-7 w-40" />
        <div className="flex gap-1.5">
          {STEPS.map((step) => (
            <div key={step} className="flex-1 border-t-[3px] border-line-strong pt-1.5">
              <div className="skeleton h-4 w-2/3 max-sm:hidden" />
            </div>
          ))}
        </div>
        <div className="skeleton mt-8 h-5 w-24" />
        <div className="skeleton mt-4 h-4 w-32" />
        <div className="skeleton mt-1.5 h-9 max-w-md" />
        <div className="skeleton mt-4 h-4 w-32" />
        <div className="skeleton mt-1.5 h-16" />
      </div>
      <div className="border-t border-line bg-sunken p-4 sm:p-5 lg:border-t-0 lg:border-l">
        <Heading />
        <PlanSkeleton />
      </div>
    </Busy>
  );
}
