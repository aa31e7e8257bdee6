import { describe, expect, it } from "vitest";
import type { StorageCheck, StorageStatus } from "./live.ts";
import {
  advanceStorage,
  forgetStorage,
  type Link,
  nodeVerdict,
  type StorageTrack,
  UNMEASURED,
  wantsProof,
} from "./status.ts";
import { text } from "./text.ts";

type Outcome = StorageCheck["outcome"];

const cause = (word: string) => ({ reason: text(`live.${word}`), command: word, output: "" });
const check = (outcome: Outcome): StorageCheck => (outcome === "ok" ? { outcome } : { outcome, cause: cause(outcome) });

/** Runs checks one second apart from nothing. */
function run(outcomes: Outcome[], stepMs = 1000): StorageTrack {
  let at = 1000;
  let track = UNMEASURED;
  for (const outcome of outcomes) {
    track = advanceStorage(track, check(outcome), at, 1_000_000 + at);
    at += stepMs;
  }
  return track;
}

const WELL: Outcome[] = ["ok", "ok"];
const LOST: Outcome[] = [...WELL, "failed", "failed"];

describe("status of a storage", () => {
  const table: [name: string, checks: Outcome[], status: StorageStatus, suspect: boolean][] = [
    ["one good check proves nothing", ["ok"], "unknown", false],
    ["two good ones do", ["ok", "ok"], "ok", false],
    ["one failed check is suspect", [...WELL, "failed"], "ok", true],
    ["a second makes it lost", [...WELL, "failed", "failed"], "lost", false],
    ["a good one in between takes the suspicion back", [...WELL, "failed", "ok", "failed"], "ok", true],
    ["lost needs two good ones to be ok", [...LOST, "ok"], "lost", true],
    ["and has them", [...LOST, "ok", "ok"], "ok", false],
    ["one late check is suspect", [...WELL, "late"], "ok", true],
    ["two late ones are unknown, not lost", [...WELL, "late", "late"], "unknown", false],
    ["however many", [...WELL, "late", "late", "late", "late", "late"], "unknown", false],
    ["a failed and a late one are unknown", [...WELL, "failed", "late"], "unknown", false],
    ["late ones do not end lost", [...LOST, "late", "late"], "lost", false],
    ["degraded needs two as well", [...WELL, "degraded"], "ok", true],
    ["and then is", [...WELL, "degraded", "degraded"], "degraded", false],
    ["failed then degraded is the milder", [...WELL, "failed", "degraded"], "degraded", false],
    ["lost, then good, then degraded is degraded", [...LOST, "ok", "degraded"], "degraded", false],
    ["degraded can get lost", [...WELL, "degraded", "degraded", "failed", "failed"], "lost", false],
    [
      "degraded: one better and one worse check prove nothing",
      [...WELL, "degraded", "degraded", "ok", "failed"],
      "degraded",
      true,
    ],
    ["lost from the start", ["failed", "failed"], "lost", false],
    ["late from the start", ["late", "late"], "unknown", false],
  ];
  it.each(table)("%s", (_name, checks, status, suspect) => {
    expect(run(checks)).toMatchObject({ status, suspect });
  });

  it("counts from the first of the checks that led to it", () => {
    const track = run(LOST);
    expect(track.since).toBe(1_000_000 + 3000);
    expect(track.confirmedAt).toBe(1_000_000 + 4000);
    expect(track.checks).toBe(2);
    expect(track.cause?.command).toBe("failed");
    expect(run([...LOST, "failed", "failed"])).toMatchObject({ since: 1_000_000 + 3000, checks: 4 });
  });

  it("two failures far from each other are two suspicions", () => {
    expect(run([...WELL, "failed"], 1000).pending).not.toBeNull();
    const early = run([...WELL, "failed"]);
    const later = advanceStorage(early, check("failed"), 100_000, 1_100_000);
    expect(later).toMatchObject({ status: "ok", suspect: true });
    expect(advanceStorage(later, check("failed"), 101_000, 1_101_000).status).toBe("lost");
  });

  it("says no cause of a storage that is well", () => {
    expect(run([...LOST, "ok", "ok"]).cause).toBeNull();
    expect(run([...WELL, "failed", "ok"]).cause).toBeNull();
  });

  it("read-only and full come with their confirmed check", () => {
    const first = advanceStorage(run(WELL), { ...check("degraded"), readOnly: true }, 9000, 1_009_000);
    expect(first).toMatchObject({ status: "ok", readOnly: false });
    const second = advanceStorage(first, { ...check("degraded"), readOnly: true }, 10_000, 1_010_000);
    expect(second).toMatchObject({ status: "degraded", readOnly: true, full: false });
  });

  it("is unknown while its node can't be asked, and proven anew after", () => {
    const forgotten = forgetStorage(run(LOST), 5_000_000);
    expect(forgotten).toMatchObject({ status: "unknown", cause: null, since: 5_000_000 });
    const once = advanceStorage(forgotten, check("ok"), 20_000, 5_001_000);
    expect(once.status).toBe("unknown");
    expect(advanceStorage(once, check("ok"), 21_000, 5_002_000).status).toBe("ok");
  });

  it("asks for the next check at once only while something is open", () => {
    expect(wantsProof(UNMEASURED)).toBe(true);
    expect(wantsProof(run(WELL))).toBe(false);
    expect(wantsProof(run([...WELL, "failed"]))).toBe(true);
    expect(wantsProof(run(LOST))).toBe(false);
    expect(wantsProof(run([...LOST, "ok"]))).toBe(true);
  });
});

describe("health of a node", () => {
  const live: Link = { state: "live" };
  const storage = (isMain: boolean, track: StorageTrack) => ({
    storageId: "st_1",
    name: isMain ? "main" : "other",
    isMain,
    track,
  });
  const well = run(WELL);
  const lost = run(LOST);
  const late = run([...WELL, "late", "late"]);
  const readOnly: StorageTrack = { ...run([...WELL, "degraded", "degraded"]), readOnly: true };

  const table: [string, Link, ReturnType<typeof storage>[], string, string | null, string[]][] = [
    ["well", live, [storage(true, well), storage(false, well)], "active", null, []],
    ["main lost", live, [storage(true, lost)], "corrupted", "live.node.main-lost", []],
    ["another lost", live, [storage(true, well), storage(false, lost)], "active", null, ["live.warning.lost"]],
    ["main slow", live, [storage(true, late)], "unknown", "live.node.main-late", []],
    ["another slow", live, [storage(true, well), storage(false, late)], "active", null, ["live.warning.late"]],
    ["main read-only", live, [storage(true, readOnly)], "active", null, ["live.warning.read-only"]],
    ["main not measured yet", live, [storage(true, UNMEASURED)], "unknown", "live.node.main-unchecked", []],
    ["starting", { state: "starting" }, [storage(true, UNMEASURED)], "unknown", "live.node.starting", []],
    [
      "silent, whatever the storages were",
      { state: "silent" },
      [storage(true, lost)],
      "unknown",
      "live.node.silent",
      [],
    ],
    [
      "unreachable",
      { state: "unreachable", reason: text("live.x") },
      [storage(true, lost)],
      "unreachable",
      "live.x",
      [],
    ],
    [
      "answers but refuses",
      { state: "refused", reason: text("live.y") },
      [storage(true, well)],
      "unknown",
      "live.y",
      [],
    ],
    ["without storages", live, [], "active", null, []],
  ];
  it.each(table)("%s", (_name, link, storages, health, reason, warnings) => {
    const verdict = nodeVerdict({ link, storages });
    expect(verdict.health).toBe(health);
    expect(verdict.reason?.key ?? null).toBe(reason);
    expect(verdict.warnings.map((warning) => warning.key)).toEqual(warnings);
  });

  it("carries the failing check of the main storage", () => {
    expect(nodeVerdict({ link: live, storages: [storage(true, lost)] }).cause?.command).toBe("failed");
  });
});
