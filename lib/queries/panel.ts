import { queryOptions, replaceEqualDeep } from "@tanstack/react-query";
import type { ClusterView, NeedsView, NodeView, PanelView, StorageView } from "../domain/dto.ts";
import type { FiguresLive, NodeLive } from "../domain/live.ts";
import { getJson } from "./get-json.ts";

/**
 * A node's live state in the browser. `at` is the browser's clock when the ages inside were true; missing in the first
 * paint, where they are true as they stand.
 */
export type ClientNodeLive = NodeLive & { at?: number };

/** What overview, cluster, node and storage pages read; kept current by the event stream. */
export interface PanelState {
  clusters: ClusterView[];
  live: Record<string, ClientNodeLive>;
  /** Server time of the answer, in milliseconds: "now" of the first paint. */
  sentAt: number;
  /** Where only some of the nodes are there yet: see PanelView. */
  needs?: NeedsView | undefined;
}

export const PANEL_KEY = ["panel"] as const;

export function toPanelState(view: PanelView, at?: number): PanelState {
  const live: Record<string, ClientNodeLive> = {};
  for (const node of view.live) live[node.nodeId] = at === undefined ? node : { ...node, at };
  return { clusters: view.clusters, live, sentAt: view.sentAt, needs: view.needs };
}

/**
 * What the next state shares with the one before. The functions below share what they leave as it was; an answer is
 * compared with what was there, part by part, which for a thousand nodes takes too long to be done at each event.
 */
function shared(before: unknown, next: unknown): unknown {
  const isChanged = (before as PanelState | undefined)?.clusters === (next as PanelState).clusters;
  return isChanged ? next : replaceEqualDeep(before, next);
}

export const panelQuery = () =>
  queryOptions({
    queryKey: PANEL_KEY,
    structuralSharing: shared,
    queryFn: async ({ signal }) => toPanelState(await getJson<PanelView>("/api/clusters", signal), Date.now()),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Gives the ages of the first paint a moment to count from. */
export function stampPanel(state: PanelState, at: number): PanelState {
  const live: Record<string, ClientNodeLive> = {};
  for (const [id, node] of Object.entries(state.live)) live[id] = node.at === undefined ? { ...node, at } : node;
  return { ...state, live };
}

export function withNodes(state: PanelState, nodes: NodeLive[], at: number): PanelState {
  const live = { ...state.live };
  for (const node of nodes) live[node.nodeId] = { ...node, at };
  return { ...state, live };
}

/** New figures; the rest of a node stays as it was and grows older. A node that is not known yet comes with its next status. */
export function withFigures(state: PanelState, nodes: FiguresLive[], at: number): PanelState {
  const live = { ...state.live };
  for (const { nodeId, figures, figuresAgeMs } of nodes) {
    const old = live[nodeId];
    if (!old) continue;
    const passed = at - (old.at ?? at);
    const older = (age: number | null) => (age === null ? null : age + passed);
    const storages = old.storages.map((storage) => ({
      ...storage,
      figuresAgeMs: older(storage.figuresAgeMs),
      checkedAgeMs: older(storage.checkedAgeMs),
    }));
    live[nodeId] = { ...old, figures, figuresAgeMs, storages, at };
  }
  return { ...state, live };
}

/** A node that is followed no more: what was measured of it is nobody's now. */
export function withoutLive(state: PanelState, nodeId: string): PanelState {
  const { [nodeId]: _gone, ...live } = state.live;
  return { ...state, live };
}

export function findNode(state: PanelState, id: string): { cluster: ClusterView; node: NodeView } | null {
  for (const cluster of state.clusters) {
    const node = cluster.nodes.find((candidate) => candidate.id === id);
    if (node) return { cluster, node };
  }
  return null;
}

export function findStorage(state: PanelState, id: string): { cluster: ClusterView; storage: StorageView } | null {
  for (const cluster of state.clusters) {
    const storage = cluster.storages.find((candidate) => candidate.id === id);
    if (storage) return { cluster, storage };
  }
  return null;
}
