"use client";
import { useMemo, useRef } from "react";
import { useWindowRows } from "#components/cluster/use-window-rows.ts";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useHeldOrder } from "#components/shell/use-held-order.ts";
import { Pane } from "#components/ui/layout.tsx";
import { nodeCount } from "#lib/domain/cluster-summary.ts";
import type { ClusterView, NodeDetails, StorageView } from "#lib/domain/dto.ts";
import { FIRST_STORAGE_ROWS } from "#lib/domain/node-window.ts";
import { worstFirst } from "#lib/domain/needs.ts";
import { OPEN_NODES } from "./open-nodes.ts";
import { StorageOnNode } from "./storage-on-node.tsx";

interface Props {
  cluster: ClusterView;
  storage: StorageView;
  /** By node, where the page came with them. */
  details: Record<string, NodeDetails>;
}

/** How a storage is on each node, worst first; of many those near the screen are drawn. */
export function StorageNodes({ cluster, storage, details }: Props) {
  const state = usePanel();
  const order = useHeldOrder(cluster.nodes, () => worstFirst(cluster.nodes, state.live), cluster.sums === undefined);
  const body = useRef<HTMLDivElement>(null);
  const shape = order.map((node) => node.id).join();
  const ids = useMemo(() => shape.split(","), [shape]);
  const parts = useWindowRows(body, ids, {
    first: FIRST_STORAGE_ROWS,
    missing: nodeCount(cluster) - order.length,
  });
  return (
    <Pane className="overflow-hidden">
      <div ref={body}>
        {parts.flatMap((part) =>
          "key" in part
            ? [<div key={part.key} aria-hidden style={{ height: part.height }} />]
            : order.slice(part.from, part.to).map((node) => (
                <div key={node.id} data-row={node.id} className="border-line not-first:border-t">
                  <StorageOnNode
                    node={node}
                    storage={storage}
                    live={state.live[node.id]}
                    now={state.sentAt}
                    title="node"
                    open={order.length <= OPEN_NODES}
                    first={details[node.id]}
                  />
                </div>
              )),
        )}
      </div>
    </Pane>
  );
}
