import { describe, expect, it } from "vitest";
import type { ClusterView, NodeView } from "./dto.ts";
import type { NodeLive } from "./live.ts";
import { FIRST_ROWS, firstNodes } from "./node-window.ts";

const nodes = Array.from({ length: 100 }, (_, index) => ({
  ...{ id: `n${index}`, clusterId: "c", name: `node-${index}`, address: `10.0.0.${index}` },
  ...{ membership: "member", mode: "in-service" },
})) as NodeView[];
const cluster = { id: "c", nodes, storages: [{ id: "s" }] } as ClusterView;
const other = { id: "d", nodes: [{ ...nodes[0], id: "x" }], storages: [] } as unknown as ClusterView;
const live = Object.fromEntries(
  nodes.map(({ id }) => [
    id,
    { nodeId: id, health: id === "n42" ? "corrupted" : "active", warnings: [], diskFaults: [], storages: [] },
  ]),
) as unknown as Record<string, NodeLive>;

const shown = (address: string) => [
  ...firstNodes(address, [cluster, other], live, (each) => each.nodes.toSorted((a, b) => b.name.localeCompare(a.name))),
];

describe("the nodes that stand in a page's first HTML", () => {
  it.each(["/", "/drives", "/tasks/tk_1", "/audit?q=node-1", "/clusters/new", "/clusters/gone", "//", "/\\"])(
    "none on %s",
    (address) => {
      expect(shown(address)).toEqual([]);
    },
  );

  it("the first rows of a cluster's list and of a storage's, in their order", () => {
    expect(shown("/clusters/c")).toHaveLength(FIRST_ROWS);
    expect(shown("/clusters/c")[0]).toBe("n99");
    expect(shown("/storages/s")).toEqual(shown("/clusters/c").slice(0, 10));
    expect(shown("/clusters/d")).toEqual(["x"]);
  });

  it("the first ones of a cluster on the page that deletes it, in its own order, which is that of its plan", () => {
    expect(shown("/clusters/c/remove")).toEqual(nodes.slice(0, FIRST_ROWS).map(({ id }) => id));
  });

  it("those that fit the filters of the address, and the one that is opened", () => {
    expect(shown("/clusters/c?q=NODE-77")).toEqual(["n77"]);
    expect(shown("/clusters/c?q=10.0.0.5")).toHaveLength(11);
    expect(shown("/clusters/c?wrong=1")).toEqual(["n42"]);
    expect(shown("/clusters/c?why=n1")).toContain("n1");
  });

  it("a node on its own pages, and the one that a storage's page is asked about", () => {
    expect(shown("/nodes/n7/edit")).toEqual(["n7"]);
    expect(shown("/storages/s/parts?node=n3")).toContain("n3");
  });
});
