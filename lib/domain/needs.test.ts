import { describe, expect, it } from "vitest";
import type { ClusterView, NodeView, StorageView, TaskRow } from "./dto.ts";
import type { NodeLive, StorageLive } from "./live.ts";
import { isNodeWrong, needsOf, worstFirst } from "./needs.ts";
import { text } from "./text.ts";
import { NO_OUTLOOK, type Outlook } from "./usage.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

const storage = (id: string, isMain: boolean): StorageView => ({
  id,
  clusterId: "c",
  name: id,
  kind: "file",
  isMain,
  isEnabled: true,
  shared: false,
  partsVerbs: [],
  config: {},
});

const node = (id: string): NodeView => ({
  id,
  clusterId: "c",
  name: id,
  address: "10.0.0.1",
  membership: "member",
  mode: "in-service",
});

const on = (storageId: string, nodeId: string, more: Partial<StorageLive> = {}): StorageLive => ({
  storageId,
  nodeId,
  status: "ok",
  suspect: false,
  readOnly: false,
  full: false,
  since: ago(10),
  confirmedAt: ago(10),
  cause: null,
  checks: 1,
  figures: { size: 100, used: 10, allocated: 10, free: 90 },
  figuresAgeMs: 0,
  checkedAgeMs: 0,
  capacityOf: null,
  ...more,
});

const live = (nodeId: string, more: Partial<NodeLive> = {}): NodeLive => ({
  nodeId,
  clusterId: "c",
  health: "active",
  reason: null,
  cause: null,
  since: ago(10),
  figures: null,
  figuresAgeMs: 0,
  warnings: [],
  diskFaults: [],
  storages: [on("main", nodeId), on("other", nodeId)],
  ...more,
});

function cluster(...ids: string[]): ClusterView {
  const storages = [storage("main", true), storage("other", false)];
  return {
    id: "c",
    name: "c",
    virtualization: "kvm",
    imageDir: "/image",
    shareDir: "/share",
    createdAt: ago(9999),
    storages,
    nodes: ids.map(node),
  };
}

const byId = (...states: NodeLive[]) => Object.fromEntries(states.map((state) => [state.nodeId, state]));

const task = (id: string, state: TaskRow["state"], minutesAgo: number): TaskRow => ({
  id,
  kind: "join",
  title: text("common.show"),
  state,
  clusterId: "c",
  actorName: "Ada",
  createdAt: ago(minutesAgo),
  startedAt: ago(minutesAgo),
  endedAt: ago(minutesAgo),
  stepsDone: 0,
  stepsTotal: 1,
  current: null,
  error: null,
});

const ids = (states: Record<string, NodeLive>, tasks: TaskRow[] = [], c = cluster(...Object.keys(states))) =>
  needsOf([c], states, tasks, NOW).map((need) => need.id);

describe("what needs a person", () => {
  it("is nothing when everything is well", () => {
    expect(ids(byId(live("a"), live("b")))).toEqual([]);
  });

  it("is listed worst first: corrupted, unreachable, lost, degraded, filling up", () => {
    const filling = { figures: { size: 100, used: 85, allocated: 85, free: 15 } };
    const states = byId(
      live("e", { storages: [on("main", "e", filling)] }),
      live("d", { storages: [on("other", "d", { status: "degraded" })] }),
      live("c", { storages: [on("other", "c", { status: "lost" })] }),
      live("b", { health: "unreachable" }),
      live("a", { health: "corrupted" }),
    );
    expect(ids(states)).toEqual(["node-a", "node-b", "storage-c-other", "storage-d-other", "storage-e-main"]);
  });

  it("says the main storage's loss once: with the corrupted node", () => {
    const states = byId(
      live("a", { health: "corrupted", storages: [on("main", "a", { status: "lost" }), on("other", "a")] }),
    );
    expect(ids(states)).toEqual(["node-a"]);
  });

  it("says nothing of the storages of a node that is not heard: their figures are old", () => {
    const full = on("other", "a", { full: true });
    expect(ids(byId(live("a", { health: "unreachable", storages: [full] })))).toEqual(["node-a"]);
    expect(ids(byId(live("a", { health: "unknown", storages: [full] })))).toEqual(["node-a"]);
  });

  it("tells of a filling storage with the day it is full, by its own thresholds, and of one that is full within days", () => {
    const day = 86_400_000;
    const fullAt = (days: number) => new Date(NOW + days * day).toISOString();
    const states = byId(
      live("a", { storages: [on("main", "a", { figures: { size: 100, used: 65, allocated: 65, free: 35 } })] }),
    );
    const told = (outlook: Outlook) =>
      needsOf([cluster("a")], states, [], NOW, outlook).map(({ tone, title, details }) => [
        tone,
        title.key.split(".").at(-1),
        details[0]?.key,
      ]);
    const forecasts = (days: number) => ({ "a main": { perDay: 1, days: 9, fullAt: fullAt(days) } });
    const thresholds = (warning: number, critical: number) => ({ main: { warning, critical } });
    expect(told(NO_OUTLOOK)).toEqual([]);
    expect(told({ thresholds: {}, forecasts: forecasts(30) })).toEqual([]);
    expect(told({ thresholds: {}, forecasts: forecasts(5) })).toEqual([["warn", "filling", "capacity.fullOn"]]);
    expect(told({ thresholds: thresholds(0.6, 0.7), forecasts: {} })).toEqual([
      ["warn", "filling", "pages.needs.usage"],
    ]);
    expect(told({ thresholds: thresholds(0.5, 0.6), forecasts: forecasts(30) })).toEqual([
      ["bad", "nearlyFull", "capacity.fullOn"],
    ]);
  });

  it("tells of a node's disks in one line, failing ones before those with faults, also while the node is not heard", () => {
    const fault = (disk: string, isFailing: boolean) => ({
      isFailing,
      text: text(isFailing ? "live.disk.failing" : "live.disk.pending", { disk, value: 1 }),
    });
    const states = byId(
      live("a", { diskFaults: [fault("sda", false)] }),
      live("b", { diskFaults: [fault("sdb", true), fault("sdc", true), fault("sdd", false)] }),
      live("c", { health: "unreachable", diskFaults: [fault("sda", true)] }),
    );
    expect(ids(states)).toEqual(["node-c", "disks-b", "disks-c", "disks-a"]);
    const told = needsOf([cluster("a", "b", "c")], states, [], NOW).slice(1);
    expect(told.map(({ tone, title, details }) => [tone, title.values?.count, details.length])).toEqual([
      ["bad", 2, 3],
      ["bad", 1, 1],
      ["warn", 1, 1],
    ]);
  });

  it("never calls a storage with unknown figures full or filling", () => {
    const unknown = { figures: { size: null, used: null, allocated: null, free: null } };
    expect(ids(byId(live("a", { storages: [on("main", "a", unknown)] })))).toEqual([]);
  });

  it("keeps a task that left something until a later one of its kind is done, one that was undone for a day", () => {
    const states = byId(live("a"));
    expect(ids(states, [task("t", "failed", 9_000)])).toEqual(["task-t"]);
    expect(ids(states, [task("u", "undone", 60)])).toEqual(["task-u"]);
    expect(ids(states, [task("u", "undone", 1_500)])).toEqual([]);
    expect(ids(states, [task("later", "done", 5), task("t", "failed", 60)])).toEqual([]);
    expect(ids(states, [task("t", "failed", 5), task("before", "done", 60)])).toEqual(["task-t"]);
  });
});

describe("the order of nodes", () => {
  it("is worst first, then by name as people count", () => {
    const states = byId(
      live("n10"),
      live("n2"),
      live("n3", { health: "unreachable" }),
      live("n1", { health: "corrupted" }),
    );
    expect(worstFirst(cluster("n10", "n2", "n3", "n1").nodes, states)).toEqual(["n1", "n3", "n2", "n10"]);
  });

  it("counts a node nobody has heard of as wrong, one in maintenance as well", () => {
    expect(isNodeWrong(node("a"), undefined)).toBe(true);
    expect(isNodeWrong({ ...node("a"), membership: "joining" }, undefined)).toBe(false);
    expect(isNodeWrong({ ...node("a"), mode: "maintenance" }, live("a"))).toBe(false);
    const fault = { isFailing: false, text: text("live.disk.pending", { disk: "sda", value: 1 }) };
    expect(isNodeWrong(node("a"), live("a", { diskFaults: [fault] }))).toBe(true);
    expect(isNodeWrong(node("a"), live("a", { storages: [on("main", "a", { suspect: true })] }))).toBe(true);
  });
});
