import type { QueryClient } from "@tanstack/react-query";
import type { ChangedEntity, LiveEvent, NodeLive } from "../domain/live.ts";
import { USER_KEY } from "./administrators.ts";
import { AUDIT_KEY } from "./audit.ts";
import { detailsKey, isDetailsOf } from "./details.ts";
import { DRAFTS_KEY, draftKey } from "./drafts.ts";
import { DRIVE_PLAN_KEY, DRIVES_KEY } from "./drives.ts";
import { historyKey } from "./history.ts";
import { CONCERNS_KEY } from "./nodes.ts";
import { PANEL_KEY, type PanelState, withFigures, withNodes, withoutLive } from "./panel.ts";
import { REMOVAL_KEY } from "./removal.ts";
import { OUTLOOK_KEY, usageKey } from "./usage.ts";
import { TASKS_KEY, taskKey, withTaskEvent } from "./tasks.ts";
import { readOpenRows, TASK_LIST_KEY, type TaskListData, withListedTask } from "./task-list.ts";
import type { TaskRow } from "../domain/dto.ts";

/** Which answers are asked for again when something of the database changed. */
const ASK_AGAIN: Record<ChangedEntity, (id: string) => readonly (readonly string[])[]> = {
  // A wizard's name may be taken now.
  cluster: () => [PANEL_KEY, DRAFTS_KEY, REMOVAL_KEY],
  node: (id) => [PANEL_KEY, detailsKey(id), REMOVAL_KEY],
  storage: () => [PANEL_KEY],
  draft: (id) => [draftKey(id)],
  task: (id) => [TASKS_KEY, taskKey(id)],
  user: () => [USER_KEY],
  history: (id) => [historyKey(id)],
  drive: () => [DRIVES_KEY, DRIVE_PLAN_KEY, CONCERNS_KEY, REMOVAL_KEY],
  usage: (id) => [OUTLOOK_KEY, usageKey(id)],
};

/** Whether any of them is well, or not, in another way than what is shown says; news of a check that found the same is none. */
function areOthers(state: PanelState | undefined, nodes: readonly NodeLive[]): boolean {
  const words = ({ health, storages }: NodeLive) =>
    JSON.stringify([
      health,
      storages.map(({ storageId, status, readOnly, full }) => [storageId, status, readOnly, full]),
    ]);
  return nodes.some((node) => {
    const before = state?.live[node.nodeId];
    return !before || words(before) !== words(node);
  });
}

const isInParts = ({ queryKey }: { queryKey: readonly unknown[] }) =>
  queryKey[0] === TASK_LIST_KEY[0] || queryKey[0] === AUDIT_KEY[0];

/** The one table from event to cache: figures are put in as they came, everything else is asked for again. */
export function applyLiveEvent(client: QueryClient, event: LiveEvent): void {
  switch (event.type) {
    case "nodes":
      // A form that is open plans with what a node can take now.
      if (areOthers(client.getQueryData<PanelState>(PANEL_KEY), event.nodes))
        void client.invalidateQueries({ queryKey: DRIVE_PLAN_KEY });
      client.setQueryData<PanelState>(PANEL_KEY, (state) => state && withNodes(state, event.nodes, Date.now()));
      void client.invalidateQueries({ predicate: isDetailsOf(new Set(event.nodes.map((node) => node.nodeId))) });
      void client.invalidateQueries({ queryKey: REMOVAL_KEY });
      return;
    case "figures":
      client.setQueryData<PanelState>(PANEL_KEY, (state) => state && withFigures(state, event.nodes, Date.now()));
      return;
    case "node-gone":
      // Nobody follows it any more: removed, or about to leave. Which of them, the database knows.
      client.setQueryData<PanelState>(PANEL_KEY, (state) => state && withoutLive(state, event.nodeId));
      void client.invalidateQueries({ queryKey: PANEL_KEY });
      return;
    case "task": {
      const rows = client.getQueryData<TaskRow[]>(TASKS_KEY);
      const next = rows ? withTaskEvent(rows, event.task) : null;
      if (next) client.setQueryData(TASKS_KEY, next);
      else for (const queryKey of [TASKS_KEY, DRAFTS_KEY]) void client.invalidateQueries({ queryKey });
      for (const queryKey of [CONCERNS_KEY, REMOVAL_KEY]) void client.invalidateQueries({ queryKey });
      client.setQueriesData<TaskListData>(
        { queryKey: TASK_LIST_KEY },
        (data) => data && withListedTask(data, event.task),
      );
      void client.invalidateQueries({ queryKey: taskKey(event.task.id) });
      return;
    }
    case "changed":
      for (const queryKey of ASK_AGAIN[event.entity](event.id)) void client.invalidateQueries({ queryKey });
      return;
    case "resync":
      void client.invalidateQueries({ predicate: (query) => !isInParts(query) });
      // The part that somebody has just asked for is not taken away from them.
      void client.invalidateQueries({ queryKey: AUDIT_KEY }, { cancelRefetch: false });
      void readOpenRows(client);
  }
}
