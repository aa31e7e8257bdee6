import { afterEach, expect, it } from "vitest";
import { countChange, Kept, setHeard } from "./versions.ts";

afterEach(() => setHeard(false));

function counted(longestMs = 60_000) {
  let made = 0;
  const kept = new Kept(
    ["drive", "node"],
    async () => {
      made += 1;
      return made;
    },
    longestMs,
  );
  return kept;
}

it("is made for everybody who asks until something it was made of changes", async () => {
  setHeard(true);
  const kept = counted();
  expect(await Promise.all([kept.get(), kept.get()])).toEqual([1, 1]);
  countChange("task");
  expect(await kept.get()).toBe(1);
  countChange("node");
  expect(await kept.get()).toBe(2);
  countChange();
  expect(await kept.get()).toBe(3);
});

it("is made again when a change comes while it is being made", async () => {
  setHeard(true);
  const kept = counted();
  const first = kept.get();
  countChange("drive");
  expect(await kept.get()).toBe(2);
  expect(await first).toBe(1);
});

it("is made each time where nobody tells of changes, and once its time is over", async () => {
  const kept = counted();
  expect([await kept.get(), await kept.get()]).toEqual([1, 2]);
  setHeard(true);
  const brief = counted(0);
  expect([await brief.get(), await brief.get()]).toEqual([1, 2]);
});

it("is asked for again after a failure", async () => {
  setHeard(true);
  let fails = true;
  const kept = new Kept(["drive"], async () => (fails ? Promise.reject(new Error("away")) : "there"), 60_000);
  await expect(kept.get()).rejects.toThrow("away");
  fails = false;
  expect(await kept.get()).toBe("there");
});
