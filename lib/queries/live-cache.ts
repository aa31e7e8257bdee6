import type { QueryClient } from "@tanstack/react-query";
import type { LiveEvent } from "../domain/live.ts";
import { detailsKey, isDetailsOf } from "./details.ts";
import { draftKey } from "./drafts.ts";
import { DRIVES_KEY } from "./drives.ts";
import { historyKey } from "./history.ts";
import { PANEL_KEY, type PanelState, withFigures, withNodes, withoutNode } from "./panel.ts";
import { TASKS_KEY, taskKey, withTaskEvent } from "./tasks.ts";
import type { TaskRow } from "../domain/dto.ts";

type Changed = Extract<LiveEvent, { type: "changed" }>["entity"];

/** Which answers are asked for again when something of the database changed. */
const ASK_AGAIN: Record<Changed, (id: string) => readonly (readonly string[])[]> = {
  cluster: () => [PANEL_KEY],
  node: (id) => [PANEL_KEY, detailsKey(id)],
  storage: () => [PANEL_KEY],
  draft: (id) => [draftKey(id)],
  task: (id) => [TASKS_KEY, taskKey(id)],
  user: () => [["user"]],
  history: (id) => [historyKey(id)],
  drive: () => [DRIVES_KEY, ["drive-plan"]],
};

/** The one table from event to cache: figures are put in as they came, everything else is asked for again. */
export function applyLiveEvent(client: QueryClient, event: LiveEvent): void {
  switch (event.type) {
    case "nodes":
      client.setQueryData<PanelState>(PANEL_KEY, (state) => state && withNodes(state, event.nodes, Date.now()));
      void client.invalidateQueries({ predicate: isDetailsOf(new Set(event.nodes.map((node) => node.nodeId))) });
      return;
    case "figures":
      client.setQueryData<PanelState>(PANEL_KEY, (state) => state && withFigures(state, event.nodes, Date.now()));
      return;
    case "node-gone":
      client.setQueryData<PanelState>(PANEL_KEY, (state) => state && withoutNode(state, event.nodeId));
      return;
    case "task": {
      const rows = client.getQueryData<TaskRow[]>(TASKS_KEY);
      const next = rows ? withTaskEvent(rows, event.task) : null;
      if (next) client.setQueryData(TASKS_KEY, next);
      else void client.invalidateQueries({ queryKey: TASKS_KEY });
      void client.invalidateQueries({ queryKey: taskKey(event.task.id) });
      return;
    }
    case "changed":
      for (const queryKey of ASK_AGAIN[event.entity](event.id)) void client.invalidateQueries({ queryKey });
      return;
    case "resync":
      void client.invalidateQueries();
  }
}
