"use client";
import { useTranslations } from "use-intl";
import { usePanel } from "#components/shell/panel-data.tsx";
import { startJoinDraft } from "#lib/actions/drafts.ts";
import type { ActionResult } from "#lib/domain/errors.ts";
import { bestFits, type HitKind, SEARCH_MOST } from "#lib/domain/search.ts";
import { visible } from "#lib/domain/visible.ts";

export type ItemKind = "action" | "page" | HitKind;

/** A line of the palette: where it leads, or what leads there. */
export interface Item {
  id: string;
  kind: ItemKind;
  name: string;
  about: string;
  href: string | (() => Promise<ActionResult<string>>);
}

/** Pages and actions: known to the page, so found without asking. */
export function useCommands(words: readonly string[]): Item[] {
  const t = useTranslations("search");
  const tPages = useTranslations("pages");
  const tDrives = useTranslations("drives");
  const { clusters } = usePanel();
  const page = (id: string, name: string, href: string): Item => ({ id, kind: "page", name, about: "", href });
  const join = (id: string) => async (): Promise<ActionResult<string>> => {
    const result = await startJoinDraft({ clusterId: id });
    return result.ok ? { ok: true, value: `/clusters/${id}/join/${result.value.draftId}?step=nodes` } : result;
  };
  const actions: Item[] = [
    { id: "new-cluster", kind: "action", name: t("newCluster"), about: "", href: "/clusters/new" },
    { id: "new-drive", kind: "action", name: tDrives("create"), about: "", href: "/drives/new" },
    ...clusters.map(
      ({ id, name }): Item => ({
        ...{ id: `join-${id}`, kind: "action" as const, about: "" },
        name: t("addNodes", { cluster: visible(name) }),
        href: join(id),
      }),
    ),
  ];
  const pages: Item[] = [
    page("overview", tPages("overview.title"), "/"),
    page("drives", tDrives("title"), "/drives"),
    page("tasks", tPages("tasks.title"), "/tasks"),
    page("audit", tPages("shell.audit"), "/audit"),
    page("settings", tPages("settings.title"), "/settings"),
  ];
  const fits = (items: Item[]) => bestFits(items, words, (item) => [item.name, ""]).slice(0, SEARCH_MOST);
  return [...fits(actions), ...fits(pages)];
}
