import { beforeEach, expect, it, vi } from "vitest";
import type { NodeLive, StorageLive } from "../../domain/live.ts";
import { publish } from "../../live/bus.ts";
import { processWide } from "../../shared.ts";
import { lookEverywhere } from "./look-everywhere.ts";

/** When the last check that came back had begun, by node; on the clock that stands still. */
let begunAt: Record<string, number>;
let asked: string[];

const storageOf = (nodeId: string): StorageLive => ({ storageId: "st_1", nodeId, suspect: false }) as StorageLive;

const nodeOf = (nodeId: string) => ({ nodeId, storages: [storageOf(nodeId)] }) as unknown as NodeLive;

beforeEach(() => {
  // Time passes only where a test says so: what resolves did not wait for it.
  vi.useFakeTimers();
  vi.advanceTimersByTime(60_000);
  begunAt = {};
  asked = [];
  const hub = {
    node: (nodeId: string) => (nodeId === "nd_gone" ? null : nodeOf(nodeId)),
    checkBegun: (nodeId: string) => begunAt[nodeId] ?? null,
    recheck: (nodeId: string) => nodeId !== "nd_gone" && asked.push(nodeId) > 0,
  };
  processWide<{ hub: unknown }>("live-hub", () => ({ hub: null })).hub = hub;
});

/** A check of the node has come back, as the hub says it. */
function checked(nodeId: string, begun = performance.now()): void {
  vi.advanceTimersByTime(30);
  begunAt[nodeId] = begun;
  publish({ type: "nodes", sentAt: 0, nodes: [nodeOf(nodeId)] });
}

it("answers with the check that came back last, at the moment it does", async () => {
  const looking = lookEverywhere("st_1", ["nd_1", "nd_2"], performance.now(), 20_000);
  expect(asked).toEqual(["nd_1", "nd_2"]);
  checked("nd_2");
  await Promise.resolve();
  checked("nd_1");
  const found = await looking;
  expect([...found].map(([nodeId, storage]) => [nodeId, storage?.nodeId])).toEqual([
    ["nd_1", "nd_1"],
    ["nd_2", "nd_2"],
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

it("does not take an older check for a new one, and waits no longer than it was told", async () => {
  begunAt.nd_1 = performance.now();
  vi.advanceTimersByTime(10);
  const looking = lookEverywhere("st_1", ["nd_1", "nd_2"], performance.now(), 20_000);
  publish({ type: "nodes", sentAt: 0, nodes: [nodeOf("nd_1")] });
  checked("nd_2");
  await vi.advanceTimersByTimeAsync(20_000);
  expect([...(await looking)].map(([, storage]) => storage?.nodeId ?? null)).toEqual([null, "nd_2"]);
});

it("a check that ran already when it was asked for does not count, the one behind it does", async () => {
  const begun = performance.now();
  vi.advanceTimersByTime(10);
  const looking = lookEverywhere("st_1", ["nd_1"], performance.now(), 20_000);
  let isOver = false;
  void looking.then(() => {
    isOver = true;
  });
  checked("nd_1", begun);
  await vi.advanceTimersByTimeAsync(0);
  expect(isOver).toBe(false);
  checked("nd_1");
  expect((await looking).get("nd_1")?.nodeId).toBe("nd_1");
  expect(vi.getTimerCount()).toBe(0);
});

it("asks nobody whose check is new enough, and does not wait for a node that nobody follows", async () => {
  begunAt.nd_1 = performance.now();
  vi.advanceTimersByTime(5_000);
  const found = await lookEverywhere("st_1", ["nd_1", "nd_gone"], performance.now() - 10_000, 20_000);
  expect([...found].map(([, storage]) => storage?.nodeId ?? null)).toEqual(["nd_1", null]);
  expect(asked).toEqual([]);
});
