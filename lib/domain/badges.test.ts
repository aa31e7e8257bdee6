import { describe, expect, it } from "vitest";
import { capacityTone, nodeWord } from "./badges.ts";
import { text } from "./text.ts";

const member = { membership: "member", mode: "in-service" } as const;
const well = { health: "active", warnings: [], diskFaults: [], storages: [] } as const;
const state = (more: object) =>
  ({ ...well, warnings: [], diskFaults: [], storages: [], ...more }) as Parameters<typeof nodeWord>[1];

describe("a node is shown with the worst of its three facts", () => {
  it.each([
    ["active", member, state({})],
    ["unknown", member, undefined],
    ["corrupted", { ...member, mode: "maintenance" }, state({ health: "corrupted" })],
    ["unreachable", { ...member, membership: "leaving" }, state({ health: "unreachable" })],
    ["joining", { ...member, membership: "joining" }, state({ health: "unknown" })],
    ["warnings", { ...member, mode: "maintenance" }, state({ warnings: [text("common.show")] })],
    ["warnings", member, state({ diskFaults: [{ isFailing: true, text: text("common.show") }] })],
    ["maintenance", { ...member, mode: "maintenance" }, state({})],
  ] as const)("%s", (word, node, live) => expect(nodeWord(node, live)).toBe(word));
});

it("colours a bar only where a person should think about it, and never an unknown one", () => {
  expect([null, 0, 0.79, 0.8, 0.89, 0.9, 1].map((share) => capacityTone(share))).toEqual([
    null,
    null,
    null,
    "warn",
    "warn",
    "bad",
    "bad",
  ]);
  const own = { warning: 0.5, critical: 0.6 };
  expect([0.49, 0.5, 0.6].map((share) => capacityTone(share, own))).toEqual([null, "warn", "bad"]);
});
