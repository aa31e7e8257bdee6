import type { Drift } from "../storage/contract.ts";

/**
 * What nodes contradict each other in, of one storage. Their checks are a minute apart: something that has moved from one to
 * another meanwhile looks as if it were on both. So a drift counts once each node that it is about was looked at again.
 */
export class Drifts {
  readonly #seenAt = new Map<string, number>();

  /**
   * `begunAt`: when the last check of a node began, by the monotonic clock. Answers with what is proven, and with the nodes to
   * look at again.
   */
  judge(
    found: readonly Drift[],
    begunAt: ReadonlyMap<string, number | null>,
    at: number,
  ): { proven: Drift[]; again: string[] } {
    const ids = new Set(found.map(({ id }) => id));
    for (const id of this.#seenAt.keys()) if (!ids.has(id)) this.#seenAt.delete(id);
    const again = new Set<string>();
    for (const { id, nodes } of found) {
      if (this.#seenAt.has(id)) continue;
      this.#seenAt.set(id, at);
      for (const node of nodes) again.add(node);
    }
    const isProven = ({ id, nodes }: Drift) =>
      nodes.every((node) => (begunAt.get(node) ?? Number.NEGATIVE_INFINITY) > (this.#seenAt.get(id) ?? at));
    return { proven: found.filter(isProven), again: [...again] };
  }
}
