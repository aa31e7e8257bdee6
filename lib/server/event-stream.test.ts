import { describe, expect, it } from "vitest";
import type { LiveEvent, NodeLive } from "../domain/live.ts";
import { eventsSince, lastEventId, publish, subscribe } from "../live/bus.ts";
import { eventStream, filterEvent } from "./event-stream.ts";

const node = (nodeId: string, clusterId: string) => ({ nodeId, clusterId }) as NodeLive;
const nodes: LiveEvent = { type: "nodes", sentAt: 1, nodes: [node("a", "x"), node("b", "y"), node("c", "y")] };

describe("a stream's filter", () => {
  it("lets through the nodes asked for, and everything else whole", () => {
    expect(filterEvent(nodes, { clusters: null, nodes: null })).toBe(nodes);
    const byCluster = filterEvent(nodes, { clusters: new Set(["y"]), nodes: null });
    expect(byCluster).toMatchObject({ nodes: [{ nodeId: "b" }, { nodeId: "c" }] });
    const either = filterEvent(nodes, { clusters: new Set(["x"]), nodes: new Set(["c"]) });
    expect(either).toMatchObject({ nodes: [{ nodeId: "a" }, { nodeId: "c" }] });
    expect(filterEvent(nodes, { clusters: new Set(["z"]), nodes: null })).toBeNull();
    const figures = { ...nodes, type: "figures" } as LiveEvent;
    expect(filterEvent(figures, { clusters: new Set(["x"]), nodes: null })).toMatchObject({ nodes: [{ nodeId: "a" }] });
    expect(filterEvent({ type: "resync" }, { clusters: new Set(["z"]), nodes: null })).toEqual({ type: "resync" });
  });
});

describe("the ring of events", () => {
  it("gives exactly what was missed, and null when that can't be told", () => {
    const start = lastEventId();
    publish({ type: "changed", entity: "node", id: "1" });
    publish({ type: "changed", entity: "node", id: "2" });
    expect(eventsSince(start)?.map((entry) => entry.event)).toMatchObject([{ id: "1" }, { id: "2" }]);
    expect(eventsSince(lastEventId())).toEqual([]);
    expect(eventsSince("other-1")).toBeNull();
    expect(eventsSince("nonsense")).toBeNull();
    expect(eventsSince(lastEventId().replace(/\d+$/, "99999"))).toBeNull();
    for (let count = 0; count < 600; count += 1) publish({ type: "resync" });
    expect(eventsSince(start)).toBeNull();
  });

  it("goes on when one listener throws", () => {
    const heard: string[] = [];
    const stops = [
      subscribe(() => {
        throw new Error("mine alone");
      }),
      subscribe(({ id }) => heard.push(id)),
    ];
    publish({ type: "resync" });
    for (const stop of stops) stop();
    publish({ type: "resync" });
    expect(heard).toHaveLength(1);
  });
});

describe("a stream", () => {
  const open = () =>
    eventStream({
      headers: new Headers(),
      signal: new AbortController().signal,
      filter: { clusters: null, nodes: null },
      resumeFrom: null,
    }).getReader();

  it("is cut when its reader does not keep up, while another one gets everything", async () => {
    const [slow, quick] = [open(), open()];
    let heard = "";
    const reading = (async () => {
      for (;;) {
        const { value, done } = await quick.read();
        if (done || heard.includes("last")) return;
        heard += new TextDecoder().decode(value);
      }
    })();
    for (let count = 0; count < 300; count += 1) {
      publish({ type: "changed", entity: "node", id: `${count}-${"x".repeat(10_000)}` });
      await new Promise((resolve) => setImmediate(resolve));
    }
    publish({ type: "changed", entity: "node", id: "last" });
    publish({ type: "resync" });
    await reading;
    expect(heard.match(/"changed"/g)).toHaveLength(301);
    let bytes = 0;
    for (let part = await slow.read(); !part.done; part = await slow.read()) bytes += part.value.length;
    expect(bytes).toBeLessThan(1.5 * 1024 * 1024);
    await quick.cancel();
  });
});
