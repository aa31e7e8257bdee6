import { expect, it } from "vitest";
import { en } from "../messages/en.ts";
import { DEEDS, deedText } from "./node-deeds.ts";

const before = { name: "n1", address: "10.0.0.1", port: 22 };

it("every deed of a node's history has a sentence", () => {
  for (const action of DEEDS) {
    const key = deedText(action, { ...before, before })?.key ?? "";
    expect(en.node.deed).toHaveProperty([key.slice("node.deed.".length)]);
  }
});

it.each([
  [{ name: "web" }, "edit-name"],
  [{ address: "10.0.0.2" }, "edit-place"],
  [{ port: 2222 }, "edit-place"],
  [{ name: "web", port: 2222 }, "edit-both"],
])("a change tells what is different: %j", (change, key) => {
  expect(deedText("node.edit", { ...before, ...change, before })?.key).toBe(`node.deed.${key}`);
});

it("what is no deed, or comes from another release, is left out", () => {
  expect(deedText("node.invented", {})).toBeNull();
});
