import { describe, expect, it } from "vitest";
import {
  addedCapacity,
  clusterLoad,
  clusterSums,
  countStorageWords,
  countWords,
  fullestNode,
  measuredCount,
  newestLook,
  nodeCount,
  sharingStorages,
  storageTotals,
  wrongCount,
} from "./cluster-summary.ts";
import type { ClusterView, StorageView } from "./dto.ts";
import type { NodeLive } from "./live.ts";

const cluster = { id: "c", nodes: [{ id: "a" }, { id: "b" }, { id: "d" }], storages: [] } as unknown as ClusterView;

const live = (nodeId: string, health: NodeLive["health"], size: number | null, used: number | null) =>
  ({
    nodeId,
    health,
    figures: { cpu: 0.5, memoryTotal: size, memoryUsed: used },
    storages: [{ storageId: "s", figures: { size, used, allocated: null, free: null } }],
  }) as unknown as NodeLive;

const states = {
  a: live("a", "active", 100, 10),
  b: live("b", "unreachable", 100, 90),
  d: live("d", "active", null, null),
};

it("means CPU and memory over the nodes that answer, and never counts what is unknown as zero", () => {
  expect(clusterLoad(cluster, states)).toEqual({ cpu: 0.5, memory: 0.1 });
  expect(clusterLoad(cluster, {})).toEqual({ cpu: null, memory: null });
});

it("takes of a shared storage the newest look, by the reader's clock where there is one", () => {
  const storage = { id: "s", shared: true } as Parameters<typeof storageTotals>[0];
  const looked = (nodeId: string, used: number | null, figuresAgeMs: number | null, at?: number) => {
    const node = live(nodeId, "active", 100, used);
    return { ...node, at, storages: node.storages.map((each) => ({ ...each, figuresAgeMs })) };
  };
  const used = (states: Parameters<typeof storageTotals>[2]) => newestLook(storage, cluster, states)?.figures.used;
  const old = looked("a", 10, 90_000);
  expect(used({ a: old, b: looked("b", 20, 5_000), d: looked("d", null, 1) })).toBe(20);
  expect(used({ a: looked("a", 10, 90_000, 200_000), b: looked("b", 20, 5_000, 100_000) })).toBe(10);
  expect(used({ a: looked("a", 30, null), b: old })).toBe(10);
  expect(storageTotals(storage, cluster, { a: old, b: looked("b", 20, 5_000) })).toMatchObject({ used: 20 });
  expect(newestLook(storage, cluster, {})).toBeNull();
});

it("sums local storages over their nodes, takes a shared one once", () => {
  const storage = { id: "s", shared: false } as Parameters<typeof storageTotals>[0];
  expect(storageTotals(storage, cluster, states)).toMatchObject({ size: 200, used: 100, free: null });
  expect(storageTotals({ ...storage, shared: true }, cluster, states)).toMatchObject({ size: 100, used: 10 });
  expect(storageTotals(storage, cluster, {})).toBeNull();
  expect([states, {}].map((each) => measuredCount(storage, cluster, each))).toEqual([2, 0]);
});

describe("two storages of one partition", () => {
  const files = { id: "f", shared: false } as StorageView;
  const second = { id: "s", shared: false } as StorageView;
  const both = { ...cluster, storages: [files, second] };
  const on = (nodeId: string, f: string | null, s: string | null) =>
    ({
      nodeId,
      health: "active",
      storages: [files, second].map(({ id }) => ({
        storageId: id,
        figures: { size: 100, used: 10, allocated: null, free: 90 },
        capacityOf: id === "f" ? f : s,
      })),
    }) as unknown as NodeLive;

  it("are counted once, with the first of them", () => {
    const live = { a: on("a", "p", "p"), b: on("b", "q", "q") };
    expect(addedCapacity(files, both.storages, both, live)).toMatchObject({ totals: { size: 200 }, countedWith: null });
    expect(addedCapacity(second, both.storages, both, live)).toEqual({ totals: null, countedWith: files });
  });

  it("are counted apart on the nodes where they lie apart", () => {
    const live = { a: on("a", "p", "p"), b: on("b", "q", "r") };
    expect(addedCapacity(second, both.storages, both, live)).toMatchObject({
      totals: { size: 100 },
      countedWith: null,
    });
  });

  it("are counted apart where it is not known what their capacity is that of", () => {
    const live = { a: on("a", null, null) };
    expect(addedCapacity(second, both.storages, both, live)).toMatchObject({
      totals: { size: 100 },
      countedWith: null,
    });
  });
});

it("says of a cluster without its nodes what it says of all of them", () => {
  const storages = ["f", "s", "net"].map((id) => ({ id, shared: id === "net" }) as StorageView);
  const whole = { ...cluster, storages };
  const on = (nodeId: string, used: number, status: "ok" | "lost") =>
    ({
      ...live(nodeId, status === "ok" ? "active" : "corrupted", 100, used),
      warnings: [],
      storages: storages.map(({ id }) => ({
        ...{ storageId: id, status, capacityOf: nodeId === "a" ? "partition" : id },
        figures: { size: 100, used, allocated: null, free: null },
      })),
    }) as unknown as NodeLive;
  const all = { a: on("a", 10, "ok"), b: on("b", 70, "ok"), d: on("d", 30, "lost") };
  const part: ClusterView = { ...whole, nodes: [], sums: clusterSums(whole, storages, all) };
  for (const of of [
    nodeCount,
    countWords,
    clusterLoad,
    wrongCount,
    ...storages.flatMap((storage) => [
      (each: ClusterView, states: typeof all) => addedCapacity(storage, storages, each, states),
      ...(storage.shared ? [(each: ClusterView, states: typeof all) => newestLook(storage, each, states)] : []),
      (each: ClusterView, states: typeof all) => storageTotals(storage, each, states),
      (each: ClusterView, states: typeof all) => measuredCount(storage, each, states),
      (each: ClusterView, states: typeof all) => sharingStorages(storage, each, states),
      (each: ClusterView, states: typeof all) => countStorageWords(storage, each, states),
      (each: ClusterView, states: typeof all) => fullestNode(storage, each, states),
    ]),
  ])
    expect(of(part, {} as typeof all)).toEqual(of(whole, all));
  expect(fullestNode(storages[0]!, whole, all)).toBe("b");
  expect(wrongCount(whole, all)).toBe(1);
});

it("counts a node whose only warning is a disk among those with warnings, in sums as well @P03", () => {
  const nodes = ["a", "b"].map((id) => ({ id, membership: "member", mode: "in-service" }));
  const whole = { ...cluster, nodes } as unknown as ClusterView;
  const well = { health: "active", figures: null, warnings: [], diskFaults: [], storages: [] };
  const fault = { isFailing: false, text: { key: "live.disk.pending" } };
  const all = { a: well, b: { ...well, diskFaults: [fault] } } as unknown as Record<string, NodeLive>;
  const { words, wrong } = clusterSums(whole, [], all);
  expect(words).toEqual({ active: 1, warnings: 1 });
  expect(wrong).toBe(1);
});
