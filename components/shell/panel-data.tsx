"use client";
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import type { PanelView, TaskRow } from "#lib/domain/dto.ts";
import { RequestError } from "#lib/queries/get-json.ts";
import { PANEL_KEY, type PanelState, panelQuery, stampPanel, toPanelState } from "#lib/queries/panel.ts";
import { TASKS_KEY, tasksQuery } from "#lib/queries/tasks.ts";

function makeClient(panel: PanelView, tasks: TaskRow[]): QueryClient {
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
  return client;
}

/** The answers that every page reads: in the first paint from the server, then kept current by the event stream. */
export function PanelData({ panel, tasks, children }: { panel: PanelView; tasks: TaskRow[]; children: ReactNode }) {
  const [client] = useState(() => makeClient(panel, tasks));
  return (
    <QueryClientProvider client={client}>
      <Stamp />
      {children}
    </QueryClientProvider>
  );
}

/** From the moment the page is alive its ages grow. */
function Stamp() {
  const client = useQueryClient();
  useEffect(() => {
    client.setQueryData<PanelState>(PANEL_KEY, (state) => state && stampPanel(state, Date.now()));
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
