import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { getSession } from "#lib/auth/session.ts";
import type { FirstDrives } from "#lib/queries/drives.ts";
import type { PanelView, TaskRow } from "#lib/domain/dto.ts";
import { PanelError } from "#lib/domain/errors.ts";
import type { Outlook } from "#lib/domain/usage.ts";
import { requestFacts, type ServiceContext } from "#lib/services/context.ts";
import { listDrives } from "#lib/services/drives/list.ts";
import { PAGE_HEADER } from "#lib/server/headers.ts";
import { getFirstView, getPanelView } from "#lib/services/live/panel-view.ts";
import { getOutlook } from "#lib/services/storages/usage.ts";
import { latestTasks } from "#lib/services/tasks/list-tasks.ts";
import { needsSetup } from "#lib/services/users/links.ts";

/** The context of the page under way, once a request; whoever is not signed in goes to the set-up or the sign-in page. */
export const pageContext = cache(async (): Promise<ServiceContext> => {
  const from = await headers();
  const session = await getSession(from);
  if (!session) redirect((await needsSetup()) ? "/setup" : "/sign-in");
  return { ...requestFacts(from), actor: session.user };
});

export const panelView = cache(async (): Promise<PanelView> => getPanelView(await pageContext()));

/** Drives of a list, and the query they were asked for with. */
export const firstDrives = cache(
  async (query: string): Promise<FirstDrives> => ({
    query,
    view: await listDrives(await pageContext(), Object.fromEntries(new URLSearchParams(query))),
  }),
);

/** What the shell begins with; of many nodes only those that the page shows at first. */
export const firstView = cache(async () => {
  const [ctx, tasks, outlook] = await Promise.all([pageContext(), recentTasks(), panelOutlook()]);
  return getFirstView(ctx, (await headers()).get(PAGE_HEADER) ?? "/", tasks, outlook);
});

const recentTasks = cache(async (): Promise<TaskRow[]> => latestTasks(await pageContext()));

export const panelOutlook = cache(async (): Promise<Outlook> => getOutlook(await pageContext()));

/** What a service answers, or the "nothing here" page where it says `not-found`. */
export async function orNotFound<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PanelError && error.view.code === "not-found") notFound();
    throw error;
  }
}
