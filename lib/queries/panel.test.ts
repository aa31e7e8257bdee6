import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it } from "vitest";
import type { FiguresLive, NodeFigures, NodeLive, StorageLive } from "../domain/live.ts";
import { PANEL_KEY, type PanelState, panelQuery, withFigures } from "./panel.ts";

const storage = { storageId: "st_1", status: "lost", figuresAgeMs: 500, checkedAgeMs: null } as StorageLive;
const known = {
  nodeId: "a",
  clusterId: "c",
  health: "corrupted",
  figuresAgeMs: 10,
  storages: [storage],
} as unknown as NodeLive;
const state: PanelState = { clusters: [], live: { a: { ...known, at: 1_000 } }, sentAt: 0 };
const figures = { cpu: 0.5 } as NodeFigures;
const event: FiguresLive = { nodeId: "a", clusterId: "c", figures, figuresAgeMs: 3 };

it("new figures leave the rest of a node as it was, and let it grow older", () => {
  expect(withFigures(state, [event], 3_000).live.a).toMatchObject({
    health: "corrupted",
    figures: { cpu: 0.5 },
    figuresAgeMs: 3,
    at: 3_000,
    storages: [{ status: "lost", figuresAgeMs: 2_500, checkedAgeMs: null }],
  });
});

it("a node that is not known yet is not made up from figures", () => {
  expect(withFigures(state, [{ ...event, nodeId: "b" }], 3_000).live).not.toHaveProperty("b");
});

it("an answer that says the same changes nothing; an event leaves all but its own nodes as they were", () => {
  const client = new QueryClient();
  const both: PanelState = { ...state, live: { ...state.live, b: { ...known, nodeId: "b", at: 1_000 } } };
  client.setQueryData(PANEL_KEY, both);
  // What watches it brings the query's own way of sharing.
  const stop = new QueryObserver(client, { ...panelQuery(), enabled: false }).subscribe(() => {});
  client.setQueryData(PANEL_KEY, structuredClone(both));
  const now = () => client.getQueryData<PanelState>(PANEL_KEY);
  expect(now()).toBe(both);
  client.setQueryData<PanelState>(PANEL_KEY, (old) => old && withFigures(old, [event], 3_000));
  expect(now()?.live.b).toBe(both.live.b);
  expect(now()?.live.a).not.toBe(both.live.a);
  stop();
});
