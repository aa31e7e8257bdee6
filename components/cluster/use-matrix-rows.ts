"use client";
import { useMemo, useState } from "react";
import type { ClusterView, NodeView } from "#lib/domain/dto.ts";
import { nodeCount, wrongCount } from "#lib/domain/cluster-summary.ts";
import { matchesNode } from "#lib/domain/node-window.ts";
import { isNodeWrong, isWorstFirst, worstFirst } from "#lib/domain/needs.ts";
import type { ClientNodeLive } from "#lib/queries/panel.ts";

type Live = Record<string, ClientNodeLive>;

export interface MatrixRows {
  shown: NodeView[];
  /** How many fit, where not all of them are there yet as well. */
  count: number;
  total: number;
  wrong: number;
  /** The held order is no longer worst first. */
  outdated: boolean;
  resort: () => void;
}

/**
 * Rows worst first as they were when the page opened (or was sorted again): nothing moves under the pointer by itself.
 * Nodes that came later stand at the end. With "only what is wrong" a row that mends stays until the filter is set again.
 */
export function useMatrixRows(cluster: ClusterView, live: Live, query: string, onlyWrong: boolean): MatrixRows {
  const [order, setOrder] = useState(() => worstFirst(cluster.nodes, live));
  const isWhole = cluster.sums === undefined;
  const [wasWhole, setWasWhole] = useState(isWhole);
  // The rows of the first paint were the worst already: the others come in their places behind them.
  if (isWhole && !wasWhole) {
    setWasWhole(true);
    setOrder(worstFirst(cluster.nodes, live));
  }
  const [kept, setKept] = useState<{ on: boolean; ids: Set<string> }>({ on: false, ids: new Set() });
  const wrongIds = useMemo(
    () => cluster.nodes.filter((node) => isNodeWrong(node, live[node.id])).map((node) => node.id),
    [cluster.nodes, live],
  );
  if (kept.on !== onlyWrong) setKept({ on: onlyWrong, ids: new Set(wrongIds) });
  else if (onlyWrong && wrongIds.some((id) => !kept.ids.has(id)))
    setKept({ on: true, ids: new Set([...kept.ids, ...wrongIds]) });

  // Sorted once for each order, not for each letter of the filter.
  const held = useMemo(() => {
    const place = new Map(order.map((id, index) => [id, index]));
    const placeOf = (node: NodeView) => place.get(node.id) ?? Number.MAX_SAFE_INTEGER;
    return [...cluster.nodes].sort((a, b) => placeOf(a) - placeOf(b));
  }, [cluster.nodes, order]);
  const shown = useMemo(
    () => held.filter((node) => matchesNode(node, query) && (!onlyWrong || kept.ids.has(node.id))),
    [held, query, onlyWrong, kept],
  );
  return {
    shown,
    count: cluster.sums && query.trim() === "" ? (onlyWrong ? cluster.sums.wrong : cluster.sums.nodes) : shown.length,
    total: nodeCount(cluster),
    wrong: wrongCount(cluster, live),
    outdated: useMemo(() => !isWorstFirst(held, live), [held, live]),
    resort: () => setOrder(worstFirst(cluster.nodes, live)),
  };
}
