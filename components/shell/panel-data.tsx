"use client";
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import type { NeedsView, PanelView, TaskRow } from "#lib/domain/dto.ts";
import { RequestError } from "#lib/queries/get-json.ts";
import { PANEL_KEY, type PanelState, panelQuery, stampPanel, toPanelState } from "#lib/queries/panel.ts";
import { needsOf } from "#lib/domain/needs.ts";
import { NO_OUTLOOK, type Outlook } from "#lib/domain/usage.ts";
import { OUTLOOK_KEY, outlookQuery } from "#lib/queries/usage.ts";
import { TASKS_KEY, tasksQuery } from "#lib/queries/tasks.ts";

/** What every page begins with. */
export interface FirstAnswers {
  panel: PanelView;
  tasks: TaskRow[];
  outlook: Outlook;
}

function makeClient({ panel, tasks, outlook }: FirstAnswers): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        // A refusal stays a refusal; a broken line is tried again by the live connection's resync.
        retry: (count, error) => !(error instanceof RequestError) && count < 2,
        refetchOnWindowFocus: false,
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 10 * 60_000,
      },
    },
  });
  client.setQueryData(PANEL_KEY, toPanelState(panel));
  client.setQueryData(TASKS_KEY, tasks);
  client.setQueryData(OUTLOOK_KEY, outlook);
  return client;
}

/** The answers that every page reads: in the first paint from the server, then kept current by the event stream. */
export function PanelData({ first, children }: { first: FirstAnswers; children: ReactNode }) {
  const [client] = useState(() => makeClient(first));
  return (
    <QueryClientProvider client={client}>
      <Stamp />
      {children}
    </QueryClientProvider>
  );
}

/** Safari has no word for it. */
function whenIdle(work: () => void): () => void {
  if (typeof requestIdleCallback === "undefined") {
    const timer = setTimeout(work, 200);
    return () => clearTimeout(timer);
  }
  const asked = requestIdleCallback(work, { timeout: 1_000 });
  return () => cancelIdleCallback(asked);
}

/** From the moment the page is alive its ages grow. They are told after the first click could be taken: all of the page is drawn again. */
function Stamp() {
  const client = useQueryClient();
  useEffect(() => {
    const at = Date.now();
    return whenIdle(() => client.setQueryData<PanelState>(PANEL_KEY, (state) => state && stampPanel(state, at)));
  }, [client]);
  return null;
}

/** What the panel knows now. Filled before the first paint, so it is never missing. */
export function usePanel(): PanelState {
  const { data } = useQuery(panelQuery());
  if (!data) throw new Error("the panel's state is read outside PanelData");
  return data;
}

export function useTasks(): TaskRow[] {
  return useQuery(tasksQuery()).data ?? [];
}

/** Thresholds of storages and days on which they are full. */
export function useOutlook(): Outlook {
  return useQuery(outlookQuery()).data ?? NO_OUTLOOK;
}

/** What needs a person, worst first; the list is whole once every node is there. */
export function useNeeds(): NeedsView {
  const { clusters, live, sentAt, needs } = usePanel();
  const tasks = useTasks();
  const outlook = useOutlook();
  return useMemo(() => {
    if (needs) return needs;
    const first = needsOf(clusters, live, tasks, sentAt, outlook);
    return { first, count: first.length, isBad: first.some((need) => need.tone === "bad") };
  }, [needs, clusters, live, tasks, sentAt, outlook]);
}
