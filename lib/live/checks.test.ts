import { expect, it } from "vitest";
import { advanceStorage, type StorageTrack, UNMEASURED } from "../domain/status.ts";
import { Checks, checkDelay } from "./checks.ts";

const STORAGES = [
  { storageId: "st_a", everySeconds: 10, deadlineSeconds: 30 },
  { storageId: "st_b", everySeconds: 30, deadlineSeconds: 30 },
];

const track = (...outcomes: ("ok" | "failed" | "late")[]): StorageTrack =>
  outcomes.reduce((now, outcome, index) => advanceStorage(now, { outcome }, index * 1000, index * 1000), UNMEASURED);

function started() {
  const checks = new Checks();
  checks.reset(STORAGES, 0);
  return { checks, first: checks.takeDue(0) };
}

it("a new probe checks everything, and nothing twice at once", () => {
  const { checks, first } = started();
  expect(first.map((check) => check.storageId)).toEqual(["st_a", "st_b"]);
  expect(checks.takeDue(100_000)).toEqual([]);
});

it("the second check of a pair follows at once, at rest the driver's own time passes", () => {
  expect(checkDelay(track("ok"), 10_000)).toBeLessThan(500);
  expect(checkDelay(track("ok", "ok"), 10_000)).toBe(10_000);
  expect(checkDelay(track("ok", "ok", "failed"), 10_000)).toBeLessThan(500);
  expect(checkDelay(track("ok", "ok", "failed", "failed"), 30_000)).toBeLessThanOrEqual(5_000);
});

it("a storage that hangs delays no other", () => {
  const { checks } = started();
  checks.ended("st_b", track("ok", "ok"), 1_000);
  expect(checks.takeDue(31_000).map((check) => check.storageId)).toEqual(["st_b"]);
});

it("a check counts from the moment it was asked for, and only while it runs", () => {
  const { checks } = started();
  checks.ended("st_a", track("ok", "ok"), 700);
  expect([checks.begunAt("st_a"), checks.begunAt("st_b")]).toEqual([null, 0]);
  checks.want("st_a", 900);
  checks.takeDue(950);
  expect(checks.begunAt("st_a")).toBe(950);
});

it("what changes while a check runs is looked at right after it", () => {
  const { checks } = started();
  checks.want("st_a", 500);
  expect(checks.takeDue(600)).toEqual([]);
  checks.ended("st_a", track("ok", "ok"), 1_000);
  expect(checks.takeDue(1_300).map((check) => check.storageId)).toEqual(["st_a"]);
});

it("only the check that runs is awaited", () => {
  const { checks, first } = started();
  const nonce = first[0]?.nonce ?? "";
  expect(checks.isAwaited("st_a", nonce)).toBe(true);
  expect(checks.isAwaited("st_b", nonce)).toBe(false);
  checks.ended("st_a", track("ok", "ok"), 1_000);
  expect(checks.isAwaited("st_a", nonce)).toBe(false);
});

it("a node that never ends a check is not waited for without end", () => {
  const { checks } = started();
  expect(checks.takeOverdue(39_000)).toEqual([]);
  expect(checks.takeOverdue(41_000)).toEqual(["st_a", "st_b"]);
});

it("what has no status of its own waits for its turn, hung or not, unless it is asked for", () => {
  const { checks } = started();
  checks.ended("st_a", null, 1_000);
  checks.ended("st_b", null, 1_000, true);
  expect(checks.takeDue(10_999)).toEqual([]);
  expect(checks.takeDue(11_000).map((check) => check.storageId)).toEqual(["st_a"]);
  checks.want("st_b", 12_000);
  expect(checks.takeDue(12_000).map((check) => check.storageId)).toEqual(["st_b"]);
});
