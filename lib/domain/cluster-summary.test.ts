import { describe, expect, it } from "vitest";
import { addedCapacity, clusterLoad, storageTotals } from "./cluster-summary.ts";
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

it("sums local storages over their nodes, takes a shared one once", () => {
  const storage = { id: "s", shared: false } as Parameters<typeof storageTotals>[0];
  expect(storageTotals(storage, cluster, states)).toMatchObject({ size: 200, used: 100, free: null });
  expect(storageTotals({ ...storage, shared: true }, cluster, states)).toMatchObject({ size: 100, used: 10 });
  expect(storageTotals(storage, cluster, {})).toBeNull();
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
