"use client";
import { Menu, X } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { Fragment, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { SearchButton } from "#components/search/search-button.tsx";
import { PlainButton } from "#components/ui/button.tsx";
import { useText } from "#components/text/t.tsx";
import { visible } from "#lib/domain/visible.ts";
import { findNode, findStorage } from "#lib/queries/panel.ts";
import { LiveIndicator } from "./live-indicator.tsx";
import { Logo } from "./logo.tsx";
import { usePanel, useTasks } from "./panel-data.tsx";
import { Navigation } from "./rail.tsx";

interface Crumb {
  name: string;
  href?: string;
}

/** Where the page stands, from its address and what the panel knows; the last is the page itself, or what it is about. */
function useCrumbs(path: string): Crumb[] {
  const [, area = "", id = "", sub = ""] = path.split("/");
  const t = useTranslations("pages");
  const nothing = useTranslations("common")("notFound");
  const newDrive = useTranslations("drives")("create");
  const say = useText();
  const state = usePanel();
  const tasks = useTasks();
  if (area === "tasks") {
    const task = tasks.find((row) => row.id === id);
    return id
      ? [{ name: t("tasks.title"), href: "/tasks" }, { name: task ? say(task.title) : id }]
      : [{ name: t("tasks.title") }];
  }
  if (area === "drives") {
    const list = { name: t("shell.drives"), href: "/drives" };
    return id === "new" ? [list, { name: newDrive }] : [list];
  }
  if (area === "audit") return [{ name: t("shell.audit") }];
  if (area === "settings") return [{ name: t("settings.title") }];
  if (area === "clusters" && id === "new")
    return [{ name: t("shell.clusters"), href: "/" }, { name: t("overview.newCluster") }];
  const cluster =
    area === "clusters"
      ? state.clusters.find((each) => each.id === id)
      : (findNode(state, id)?.cluster ?? findStorage(state, id)?.cluster);
  if (area === "") return [{ name: t("overview.title") }];
  if (!cluster) return [{ name: t("overview.title"), href: "/" }, { name: nothing }];
  const crumbs: Crumb[] = [
    { name: t("shell.clusters"), href: "/" },
    { name: visible(cluster.name), href: `/clusters/${cluster.id}` },
  ];
  if (sub === "storage") return [...crumbs, { name: t("cluster.addStorage") }];
  if (sub === "join") return [...crumbs, { name: t("cluster.addNodes") }];
  const child = findNode(state, id)?.node.name ?? findStorage(state, id)?.storage.name;
  return child ? [...crumbs, { name: visible(child), href: `/${area}/${id}` }] : crumbs;
}

function Breadcrumb() {
  const t = useTranslations("pages.shell");
  const path = usePathname();
  const crumbs = useCrumbs(path);
  return (
    <nav aria-label={t("breadcrumb")} className="min-w-0 flex-1">
      <ol className="flex min-w-0 items-center gap-2">
        {crumbs.map((crumb, index) => {
          const last = index === crumbs.length - 1;
          const isPage = crumb.href === undefined || crumb.href === path;
          return (
            <Fragment key={crumb.href ?? "here"}>
              {index > 0 ? (
                <li aria-hidden className="hidden text-ink-3 sm:block">
                  /
                </li>
              ) : null}
              <li
                className={last ? "truncate font-semibold" : "hidden shrink-0 text-ink-2 sm:block"}
                aria-current={isPage ? "page" : undefined}
              >
                {crumb.href && !isPage ? (
                  <Link
                    href={crumb.href}
                    // The last is cut where it is too long, so its ring lies inside.
                    className={`no-underline hover:underline ${last ? "block min-w-6 truncate leading-6 -outline-offset-2" : "inline-flex min-h-6 items-center"}`}
                  >
                    {crumb.name}
                  </Link>
                ) : (
                  crumb.name
                )}
              </li>
            </Fragment>
          );
        })}
      </ol>
    </nav>
  );
}

/** The navigation on a narrow screen: a dialog, so that the focus stays in it and comes back. */
function PhoneMenu({ userName }: { userName: string }) {
  const t = useTranslations("pages.shell");
  const close = useTranslations("common")("close");
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const path = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new address closes the menu
  useEffect(() => dialog.current?.close(), [path]);
  const show = () => {
    setOpen(true);
    dialog.current?.showModal();
  };
  return (
    <>
      <PlainButton
        onClick={show}
        className="-ml-1 flex size-8 items-center justify-center md:hidden"
        aria-label={t("menu")}
      >
        <Menu aria-hidden size={18} />
      </PlainButton>
      <dialog
        ref={dialog}
        aria-label={t("menu")}
        onClose={() => setOpen(false)}
        className="m-0 h-dvh max-h-none w-64 max-w-none flex-col border-r border-line bg-sunken text-ink backdrop:bg-scrim open:flex"
      >
        {open ? (
          <Navigation
            userName={userName}
            head={
              <div className="flex h-11 shrink-0 items-center justify-between px-2">
                <span className="flex items-center gap-2.5 text-l font-semibold">
                  <Logo />
                  Spindle
                </span>
                <PlainButton
                  onClick={() => dialog.current?.close()}
                  className="-mr-1 flex size-8 items-center justify-center"
                  aria-label={close}
                >
                  <X aria-hidden size={18} />
                </PlainButton>
              </div>
            }
          />
        ) : null}
      </dialog>
    </>
  );
}

export function TopBar({ userName }: { userName: string }) {
  return (
    <header className="sticky top-0 z-20 flex h-11 items-center gap-3 border-b border-line bg-ground px-4 sm:px-5">
      <PhoneMenu userName={userName} />
      <Breadcrumb />
      <SearchButton />
      <LiveIndicator />
    </header>
  );
}
