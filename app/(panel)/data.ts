import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { getSession } from "#lib/auth/session.ts";
import type { DrivesView } from "#lib/domain/drive.ts";
import type { PanelView, TaskRow } from "#lib/domain/dto.ts";
import { PanelError } from "#lib/domain/errors.ts";
import type { Outlook } from "#lib/domain/usage.ts";
import { requestFacts, type ServiceContext } from "#lib/services/context.ts";
import { listDrives } from "#lib/services/drives/list.ts";
import { getPanelView } from "#lib/services/live/panel-view.ts";
import { getOutlook } from "#lib/services/storages/usage.ts";
import { listTasks } from "#lib/services/tasks/list-tasks.ts";
import { needsSetup } from "#lib/services/users/links.ts";

/** The context of the page under way, once a request; whoever is not signed in goes to the set-up or the sign-in page. */
export const pageContext = cache(async (): Promise<ServiceContext> => {
  const from = await headers();
  const session = await getSession(from);
  if (!session) redirect((await needsSetup()) ? "/setup" : "/sign-in");
  return { ...requestFacts(from), actor: session.user };
});

export const panelView = cache(async (): Promise<PanelView> => getPanelView(await pageContext()));

export const drivesView = cache(async (): Promise<DrivesView> => listDrives(await pageContext()));

export const recentTasks = cache(async (): Promise<TaskRow[]> => listTasks(await pageContext(), {}));

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
