import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { NodeStep } from "../../../domain/plan.ts";
import { hasSentence } from "../../../messages/sentence.ts";
import { commandsOf, shellComplaint, textsOf } from "../../test-steps.ts";
import { EDGE_BYTES } from "./contents.ts";
import { networkLvmParts, planNetworkParts } from "./parts.ts";
import type { NetworkPartsFacts } from "./parts-facts.ts";
import { add, groupFacts, partsContext, partsFacts, type Request, shape, two } from "./test-parts.ts";
import { GIB, lun, portal, SECOND, WWID } from "./test-storage.ts";
import { lunLink } from "./wwid.ts";

const ADD = add(SECOND);
const GROW: Request = { verb: "grow" };
const grown = () => [lun(WWID, { size: 2 * GIB })];
const plan = (request: Request, found: NetworkPartsFacts) => planNetworkParts(partsContext, found, request);
const blocker = (request: Request, found: NetworkPartsFacts) => plan(request, found).blockers[0]?.key;

/** Runs a step's undo on a file in place of the LUN, with a tool of LVM's that does nothing. */
function undoneOn(step: NodeStep | undefined, content: Buffer): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "parts-"));
  try {
    const device = join(folder, "lun");
    writeFileSync(device, content);
    writeFileSync(join(folder, "pvremove"), "#!/bin/sh\n", { mode: 0o755 });
    const argv = step && !("none" in step.undo) ? step.undo.command.argv : [];
    const words = argv.map((word) => (word === lunLink(SECOND) ? device : word));
    const first = ["-c", 'PATH=$1:$PATH; shift; exec "$@"', "sh", folder];
    const { status, stderr } = spawnSync("sh", [...first, ...words]);
    expect(status, String(stderr)).toBe(0);
    return readFileSync(device);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("a second LUN in the group @P15", () => {
  it("holds nothing again once it is taken back, or it would be refused for what LVM wrote there", () => {
    const { steps } = plan(ADD, partsFacts(two()));
    const before = Buffer.alloc(2 * EDGE_BYTES, "x");
    const after = undoneOn(
      steps.find(({ id }) => id === "pv-1"),
      before,
    );
    expect(after.equals(Buffer.concat([Buffer.alloc(EDGE_BYTES), before.subarray(EDGE_BYTES)]))).toBe(true);
  });

  it("is reached by every node, becomes a PV once, and is seen by the others", () => {
    const { steps, identity, blockers, problems } = plan(ADD, partsFacts(two()));
    const reach = ["mark", ...["multipath", "claim", "scan", "lun"].map((id) => `${id}-${SECOND}`)];
    expect([blockers, problems]).toEqual([[], {}]);
    expect(shape(steps)).toEqual([
      ...["nd_1", "nd_2", "nd_3"].flatMap((node) => reach.map((id) => `0 ${node} ${id}`)),
      ...["1 nd_1 pv-1", "1 nd_1 extend", "2 nd_2 noted-1", "2 nd_3 noted-1", "2 nd_2 seen", "2 nd_3 seen"],
    ]);
    expect(identity.wwid).toBe(`${WWID},${SECOND}`);
    expect(identity.pvUuids).toMatch(/^P,\w{6}-/);
    // What differs from node to node is not pinned anew.
    expect(Object.keys(identity).toSorted()).toEqual(["pvUuids", "wwid"]);
  });

  it("is proven to be empty in the unit that makes the PV, and what was added is read back", () => {
    const made = plan(ADD, partsFacts(two())).steps.filter(({ stage }) => stage === 1);
    expect(made.every(({ isReadBack }) => isReadBack)).toBe(true);
    expect(made[0]?.precondition?.command.argv).toContain(SECOND);
    for (const { undo } of made) expect("none" in undo || undo.proof).toBeTruthy();
  });

  it.each([
    ["a PV", partsFacts(two(), {}, { kind: "pv", uuid: "X" }), "pv"],
    ["data", partsFacts(two(), {}, { kind: "data" }), "data"],
    ["keys of reservations", partsFacts(two({ keys: ["00000000000000ab"] })), "reserved"],
    ["what could not be read", partsFacts(two(), { contents: {} }), "unread"],
  ])("is not offered with %s on it, and not taken", (_what, found, use) => {
    const [own, other] = networkLvmParts.view(found).disks;
    expect([own?.uses[0]?.key, other?.uses[0]?.key]).toEqual([
      "network-lvm.parts.use.own",
      `network-lvm.parts.use.${use}`,
    ]);
    expect(plan(ADD, found)).toMatchObject({ steps: [], problems: { disks: { key: "parts.problem.not-unused" } } });
  });

  it("is not offered where one portal does not show it, or it has no name", () => {
    const found = partsFacts(two());
    found.targets[0]!.portals[1] = portal("10.0.0.2", { luns: [lun()] });
    expect(networkLvmParts.view(found).disks[1]?.uses[0]?.key).toBe("network-lvm.parts.use.not-everywhere");
    expect(networkLvmParts.view(partsFacts([lun(null)])).disks[0]).toMatchObject({ link: null });
  });
});

describe("a LUN that the array has made larger @P15", () => {
  it("is asked for by every node, taken in by one, and seen by the others", () => {
    const { steps, identity } = plan(GROW, partsFacts(grown()));
    expect(shape(steps)).toEqual([
      ...["nd_1", "nd_2", "nd_3"].map((node) => `0 ${node} rescan-${WWID}`),
      `1 nd_1 resize-${WWID}`,
      ...["nd_2", "nd_3"].map((node) => `2 ${node} seen-${WWID}`),
    ]);
    expect(steps.filter(({ command }) => command.argv[0] === "pvresize")).toHaveLength(1);
    expect(identity).toEqual({ pvUuids: "P" });
  });

  it("goes on where the acting node has seen it already, or has only not taken it in", () => {
    const seen = partsFacts(grown(), { group: groupFacts({ deviceSize: 2 * GIB, grown: GIB }) });
    expect(plan(GROW, seen).steps).toHaveLength(6);
  });

  it("nothing to do, smaller than before, or not as large everywhere", () => {
    expect(blocker(GROW, partsFacts([lun()]))).toBe("parts.obstacle.not-grown");
    expect(blocker(GROW, partsFacts([lun(WWID, { size: GIB / 2 })]))).toBe("network-lvm.parts.shrunk");
    const found = partsFacts(grown());
    found.targets[0]!.portals[1] = portal("10.0.0.2", { luns: [lun()] });
    expect(blocker(GROW, found)).toBe("network-lvm.parts.not-everywhere");
  });
});

describe("what a group that all nodes see is spared", () => {
  it("nothing is moved off a LUN, which is said, and a partial group takes no change", () => {
    expect(networkLvmParts.verbs).toEqual(["add", "grow"]);
    expect(networkLvmParts.otherVerbs?.key).toBe("network-lvm.parts.no-move");
    const partial = groupFacts({ isMissing: true });
    if (partial.group) partial.group.missingPvs = 1;
    expect(blocker(GROW, partsFacts(grown(), { group: partial }))).toBe("lvm.parts.state.partial");
  });
});

describe("every step", () => {
  const all = [...plan(ADD, partsFacts(two())).steps, ...plan(GROW, partsFacts(grown())).steps];

  it("has scripts that a shell understands, and forces nothing", () => {
    for (const command of all.flatMap(commandsOf)) {
      for (const word of command.argv) expect(word).not.toMatch(/^(-f|-ff|--force|-y|--yes)$/);
      expect(shellComplaint(command)).toBe("");
    }
  });

  it("has its sentences", () => {
    for (const { key } of all.flatMap(textsOf)) expect(hasSentence(key), key).toBe(true);
  });
});
