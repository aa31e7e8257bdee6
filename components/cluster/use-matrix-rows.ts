"use client";
import { useMemo, useState } from "react";
import type { ClusterView, NodeView } from "#lib/domain/dto.ts";
import { isNodeWrong, worstFirst } from "#lib/domain/needs.ts";
import type { ClientNodeLive } from "#lib/queries/panel.ts";

type Live = Record<string, ClientNodeLive>;

export interface MatrixRows {
  shown: NodeView[];
  total: number;
  wrong: number;
  /** The held order is no longer worst first. */
  outdated: boolean;
  resort: () => void;
}

function matches(node: NodeView, query: string): boolean {
  const wanted = query.trim().toLowerCase();
  return wanted === "" || node.name.toLowerCase().includes(wanted) || node.address.toLowerCase().includes(wanted);
}

/**
 * Rows worst first as they were when the page opened (or was sorted again): nothing moves under the pointer by itself.
 * Nodes that came later stand at the end. With "only what is wrong" a row that mends stays until the filter is set again.
 */
export function useMatrixRows(cluster: ClusterView, live: Live, query: string, onlyWrong: boolean): MatrixRows {
  const [order, setOrder] = useState(() => worstFirst(cluster.nodes, live));
  const [kept, setKept] = useState<{ on: boolean; ids: Set<string> }>({ on: false, ids: new Set() });
  const wrongIds = cluster.nodes.filter((node) => isNodeWrong(node, live[node.id])).map((node) => node.id);
  if (kept.on !== onlyWrong) setKept({ on: onlyWrong, ids: new Set(wrongIds) });
  else if (onlyWrong && wrongIds.some((id) => !kept.ids.has(id)))
    setKept({ on: true, ids: new Set([...kept.ids, ...wrongIds]) });

  const shown = useMemo(() => {
    const place = new Map(order.map((id, index) => [id, index]));
    return cluster.nodes
      .filter((node) => matches(node, query) && (!onlyWrong || kept.ids.has(node.id)))
      .sort((a, b) => (place.get(a.id) ?? Number.MAX_SAFE_INTEGER) - (place.get(b.id) ?? Number.MAX_SAFE_INTEGER));
  }, [cluster.nodes, order, query, onlyWrong, kept]);
  const best = worstFirst(cluster.nodes, live);
  const known = order.filter((id) => best.includes(id));
  return {
    shown,
    total: cluster.nodes.length,
    wrong: wrongIds.length,
    outdated: known.length !== best.length || known.some((id, index) => best[index] !== id),
    resort: () => setOrder(best),
  };
}
