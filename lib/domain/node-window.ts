import type { ClusterView, NodeView } from "./dto.ts";
import type { NodeLive } from "./live.ts";
import { isNodeWrong } from "./needs.ts";

/** Rows that stand in the first HTML, before anything is known of the screen. */
export const FIRST_ROWS = 24;

/** The same of a storage's page, where rows are higher. */
export const FIRST_STORAGE_ROWS = 10;

/** Up to so many nodes every page begins with all of them. */
export const FEW_NODES = 50;

type Live = Readonly<Record<string, NodeLive>>;

/** Whether a node's name or address has what was typed. */
export function matchesNode(node: Pick<NodeView, "name" | "address">, query: string): boolean {
  const wanted = query.trim().toLowerCase();
  return wanted === "" || node.name.toLowerCase().includes(wanted) || node.address.toLowerCase().includes(wanted);
}

/** What the page at an address shows at first of a panel's nodes; `worstFirst` gives a cluster's nodes in that order. */
export function firstNodes(
  address: string,
  clusters: readonly ClusterView[],
  live: Live,
  worstFirst: (cluster: ClusterView) => readonly NodeView[],
): Set<string> {
  // What a client may ask for need not be an address.
  const { pathname, searchParams } = URL.parse(address, "http://panel") ?? new URL("http://panel");
  const [, area, id, verb] = pathname.split("/");
  const named = [searchParams.get("why"), searchParams.get("node"), area === "nodes" ? id : null];
  const cluster = clusters.find(
    (each) =>
      (area === "clusters" && each.id === id) ||
      (area === "storages" && each.storages.some((storage) => storage.id === id)),
  );
  const query = area === "clusters" ? (searchParams.get("q") ?? "") : "";
  const isWrongOnly = area === "clusters" && searchParams.get("wrong") === "1";
  const isRemoval = area === "clusters" && verb === "remove";
  // The deletion of a cluster names the first nodes in the order that it goes on with.
  const order = isRemoval ? (cluster?.nodes ?? []) : cluster ? worstFirst(cluster) : [];
  const rows = order
    .filter((node) => matchesNode(node, query) && (!isWrongOnly || isNodeWrong(node, live[node.id])))
    .slice(0, area === "storages" ? FIRST_STORAGE_ROWS : FIRST_ROWS);
  return new Set([...rows.map((node) => node.id), ...named.filter((each) => each !== null && each !== undefined)]);
}
