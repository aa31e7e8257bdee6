import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import type { NodeLive } from "../domain/live.ts";
import { DRIVE_PLAN_KEY } from "./drives.ts";
import { applyLiveEvent } from "./live-cache.ts";
import { PANEL_KEY, type PanelState } from "./panel.ts";
import { TASK_LIST_KEY, type TaskListData } from "./task-list.ts";
import { TASKS_KEY } from "./tasks.ts";

const node = (health: NodeLive["health"], status: string, checkedAgeMs = 0): NodeLive =>
  ({ nodeId: "nd_1", clusterId: "cl_1", health, storages: [{ storageId: "st_1", status, checkedAgeMs }] }) as NodeLive;

function isAskedAgain(before: NodeLive, now: NodeLive): boolean {
  const client = new QueryClient();
  client.setQueryData([...DRIVE_PLAN_KEY, {}], {});
  client.setQueryData<PanelState>(PANEL_KEY, { clusters: [], live: { nd_1: before } } as unknown as PanelState);
  applyLiveEvent(client, { type: "nodes", sentAt: 0, nodes: [now] });
  return client.getQueryState([...DRIVE_PLAN_KEY, {}])?.isInvalidated ?? false;
}

it("a plan of drives is made anew when a node or its storage is well again, and not by a check that found the same", () => {
  expect(isAskedAgain(node("unknown", "unknown"), node("active", "ok"))).toBe(true);
  expect(isAskedAgain(node("active", "unknown"), node("active", "ok"))).toBe(true);
  expect(isAskedAgain(node("active", "ok"), node("active", "ok", 900))).toBe(false);
});

it("a connection that is back asks for what may have changed, and moves no row of the list of tasks", () => {
  const client = new QueryClient();
  const ended = { id: "tk_1", state: "done" };
  const data = { pages: [{ rows: [ended], next: null }], pageParams: [null] } as unknown as TaskListData;
  client.setQueryData([...TASK_LIST_KEY, ""], data);
  client.setQueryData(TASKS_KEY, [ended]);
  applyLiveEvent(client, { type: "resync" });
  expect(client.getQueryState(TASKS_KEY)?.isInvalidated).toBe(true);
  expect(client.getQueryState([...TASK_LIST_KEY, ""])?.isInvalidated).toBe(false);
});
