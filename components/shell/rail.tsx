"use client";
import {
  Activity,
  Boxes,
  CircleUserRound,
  HardDrive,
  ListChecks,
  type LucideIcon,
  ScrollText,
  Settings,
} from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useId } from "react";
import { useTranslations } from "use-intl";
import { countWords } from "#lib/domain/cluster-summary.ts";
import type { ClusterView } from "#lib/domain/dto.ts";
import { naturalOrder } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import { findNode, findStorage, type PanelState } from "#lib/queries/panel.ts";
import { isOpen } from "#lib/queries/tasks.ts";
import { Logo } from "./logo.tsx";
import { useNeeds, usePanel, useTasks } from "./panel-data.tsx";

interface EntryProps {
  href: string;
  icon: LucideIcon;
  current: boolean;
  children: ReactNode;
  count?: number;
  countLabel?: string;
  urgent?: boolean;
  /** Not for a page that brings rows of its own. */
  prefetch?: boolean;
}

function Entry({
  href,
  icon: Icon,
  current,
  children,
  count = 0,
  countLabel,
  urgent = false,
  prefetch = true,
}: EntryProps) {
  return (
    <li>
      <Link
        // Its content comes from what the page knows already: a few hundred bytes make the click answer at once.
        prefetch={prefetch}
        href={href}
        aria-current={current ? "page" : undefined}
        className={`flex h-8 items-center gap-2.5 rounded-m border px-2 no-underline ${current ? "border-line bg-surface font-medium" : "border-transparent text-ink-2 hover:bg-surface hover:text-ink"}`}
      >
        <Icon aria-hidden size={16} className={`shrink-0 ${current ? "text-accent" : ""}`} />
        <span className="min-w-0 flex-1 truncate">{children}</span>
        {count > 0 ? (
          <span className={`text-s ${urgent ? "font-semibold text-bad" : "text-ink-3"}`}>
            <span aria-hidden>{count}</span>
            <span className="sr-only">{countLabel}</span>
          </span>
        ) : null}
      </Link>
    </li>
  );
}

/** The cluster that the shown page belongs to, so that the rail keeps it marked on node and storage pages. */
function clusterOfPath(path: string, state: PanelState): string | null {
  const [, area, id] = path.split("/");
  if (!id) return null;
  if (area === "clusters") return id;
  if (area === "nodes") return findNode(state, id)?.cluster.id ?? null;
  if (area === "storages") return findStorage(state, id)?.cluster.id ?? null;
  return null;
}

function troubles(cluster: ClusterView, state: PanelState): number {
  const { corrupted = 0, unreachable = 0 } = countWords(cluster, state.live);
  return corrupted + unreachable;
}

/** Entries of the main navigation; the same in the rail and in the phone's menu. */
export function Navigation({ userName, head }: { userName: string; head: ReactNode }) {
  const t = useTranslations("pages.shell");
  const clustersId = useId();
  const path = usePathname();
  const state = usePanel();
  const tasks = useTasks();
  const needs = useNeeds();
  const running = tasks.filter(isOpen).length;
  const here = clusterOfPath(path, state);
  const clusters = [...state.clusters].sort((a, b) => naturalOrder(a.name, b.name));
  return (
    <nav aria-label={t("navigation")} className="flex flex-1 flex-col px-2 pb-3">
      {head}
      <ul className="space-y-0.5">
        <Entry
          href="/"
          icon={Activity}
          current={path === "/"}
          count={needs.count}
          countLabel={t("needCount", { count: needs.count })}
          urgent={needs.isBad}
        >
          {t("overview")}
        </Entry>
        <Entry href="/drives" icon={HardDrive} current={path.startsWith("/drives")}>
          {t("drives")}
        </Entry>
        <Entry
          href="/tasks"
          icon={ListChecks}
          current={path.startsWith("/tasks")}
          count={running}
          countLabel={t("runningCount", { count: running })}
        >
          {t("tasks")}
        </Entry>
      </ul>
      {clusters.length > 0 ? (
        <>
          <h2 id={clustersId} className="mt-5 mb-1 px-2 text-s text-ink-2">
            {t("clusters")}
          </h2>
          <ul aria-labelledby={clustersId} className="space-y-0.5">
            {clusters.map((cluster) => {
              const bad = troubles(cluster, state);
              return (
                <Entry
                  key={cluster.id}
                  href={`/clusters/${cluster.id}`}
                  icon={Boxes}
                  current={cluster.id === here}
                  count={bad}
                  countLabel={t("troubleCount", { count: bad })}
                  urgent
                >
                  {visible(cluster.name)}
                </Entry>
              );
            })}
          </ul>
        </>
      ) : null}
      <ul className="mt-auto space-y-0.5 pt-6">
        <Entry href="/audit" icon={ScrollText} current={path === "/audit"} prefetch={false}>
          {t("audit")}
        </Entry>
        <Entry href="/settings" icon={Settings} current={path === "/settings"}>
          {t("settings")}
        </Entry>
        <li className="flex h-8 items-center gap-2.5 px-2 text-ink-2">
          <CircleUserRound aria-hidden size={16} className="shrink-0" />
          <span className="truncate">{visible(userName)}</span>
        </li>
      </ul>
    </nav>
  );
}

export function Rail({ userName }: { userName: string }) {
  return (
    <div className="sticky top-0 hidden h-dvh w-51 shrink-0 flex-col overflow-y-auto border-r border-line bg-sunken md:flex">
      <Navigation
        userName={userName}
        head={
          <Link href="/" className="flex h-11 shrink-0 items-center gap-2.5 px-2 text-l font-semibold no-underline">
            <Logo />
            Spindle
          </Link>
        }
      />
    </div>
  );
}
