import { expect, it } from "vitest";
import { auditQuery, nameIn, pageOf } from "./audit.ts";

it("days of an address become moments, the last day whole; what is not understood is left out", () => {
  const query = new URLSearchParams(
    auditQuery(new URLSearchParams("to=2026-11-02&from=2026-11-01&who=Ada&sort=x&q=+")),
  );
  expect([...query.keys()]).toEqual(["who", "from", "to"]);
  const [from, to] = ["from", "to"].map((name) => Date.parse(query.get(name) ?? ""));
  expect(((to ?? 0) - (from ?? 0)) / 86_400_000).toBe(2);
  expect(auditQuery(new URLSearchParams("from=yesterday&to=2026-99-99"))).toBe("");
});

it("says what a row is about, and where that is shown", () => {
  expect(nameIn({ email: "a@b.c", name: "Ada" })).toBe("Ada");
  expect(nameIn({ name: 7 })).toBeNull();
  expect(pageOf({ entity: "node", entityId: "nd_1" })).toBe("/nodes/nd_1");
  expect(pageOf({ entity: "user", entityId: "u" })).toBeNull();
});
