import { describe, expect, it } from "vitest";
import { disableObstacle, mainObstacle, removeClusterObstacle, removeObstacle } from "./storage-life.ts";

const storage = { name: "ssd", kind: "file" as const, isMain: false, isEnabled: true };
const key = (obstacle: { key: string } | null) => obstacle?.key ?? null;

describe("the life of a storage @P14", () => {
  it("a main storage is neither switched off nor removed, and one that is off does not become main", () => {
    const main = { ...storage, isMain: true };
    expect([key(disableObstacle(main)), key(removeObstacle(main, 0))]).toEqual([
      "life.obstacle.disable-main",
      "life.obstacle.remove-main",
    ]);
    expect(key(mainObstacle({ ...storage, isEnabled: false }))).toBe("life.obstacle.main-disabled");
    expect([disableObstacle(storage), mainObstacle(storage)]).toEqual([null, null]);
  });

  it("a storage with drives stays, and so does a cluster with drives or with tasks at work", () => {
    expect([key(removeObstacle(storage, 1)), removeObstacle(storage, 0)]).toEqual([
      "life.obstacle.remove-drives",
      null,
    ]);
    expect([0, 1].map((drives) => key(removeClusterObstacle("a", { drives, tasks: 1 })))).toEqual([
      "life.obstacle.cluster-tasks",
      "life.obstacle.cluster-drives",
    ]);
    expect(removeClusterObstacle("a", { drives: 0, tasks: 0 })).toBeNull();
  });
});
