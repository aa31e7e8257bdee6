import { describe, expect, it } from "vitest";
import { type ActedNode, NODE_VERBS, nodeObstacle, type NodeVerb, showsOtherHostKey } from "./node.ts";
import { text } from "./text.ts";

const node = (over: Partial<ActedNode> = {}): ActedNode => ({
  name: "n1",
  membership: "member",
  mode: "in-service",
  health: "active",
  reason: null,
  tasks: [],
  ...over,
});
const TASK = { id: "tk_1", title: text("task.ended") };
const OTHER_KEY = text("ssh.host-key", { seen: "SHA256:b", expected: "SHA256:a" });

/** The verbs that nothing stands in the way of. */
const open = (acted: ActedNode): NodeVerb[] => NODE_VERBS.filter((verb) => nodeObstacle(verb, acted) === null);

describe("what can be done to a node", () => {
  it.each<[string, Partial<ActedNode>, NodeVerb[]]>([
    ["a node that is well", {}, ["edit", "maintenance", "rotate-key", "remove"]],
    ["one that lost its main storage", { health: "corrupted" }, ["edit", "maintenance", "rotate-key", "remove"]],
    ["one in maintenance", { mode: "maintenance" }, ["edit", "in-service", "rotate-key", "remove"]],
    ["one that can't be reached", { health: "unreachable" }, ["edit", "maintenance", "remove"]],
    [
      "one that answers, with a main storage that hangs",
      { health: "unknown", reason: text("live.node.main-late") },
      ["edit", "maintenance", "rotate-key", "remove"],
    ],
    [
      "one that has gone quiet",
      { health: "unknown", reason: text("live.node.silent") },
      ["edit", "maintenance", "remove"],
    ],
    ["one that was not heard of yet", { health: undefined }, ["edit", "maintenance", "remove"]],
    [
      "one with another host key",
      { health: "unreachable", reason: OTHER_KEY },
      ["edit", "maintenance", "accept-host-key", "remove"],
    ],
    ["one that a task works on", { tasks: [TASK] }, ["edit", "maintenance"]],
    ["one that is joining", { membership: "joining" }, []],
    ["one that is being removed", { membership: "leaving", tasks: [TASK] }, []],
    ["one whose removal came to no end", { membership: "leaving", health: undefined }, ["remove"]],
  ])("%s", (_name, over, verbs) => expect(open(node(over))).toEqual(verbs));

  it("says why not, with the node's name", () => {
    expect(nodeObstacle("remove", node({ tasks: [TASK] }))).toEqual(text("node.obstacle.task", { node: "n1" }));
  });
});

it("another host key is known by the refused connection alone, and only while it is refused", () => {
  expect(showsOtherHostKey({ health: "unreachable", reason: OTHER_KEY })).toBe(true);
  expect(showsOtherHostKey({ health: "active", reason: OTHER_KEY })).toBe(false);
  expect(showsOtherHostKey({ health: "unreachable", reason: text("ssh.silent") })).toBe(false);
});
