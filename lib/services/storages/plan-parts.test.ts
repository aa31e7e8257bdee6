import { describe, expect, it } from "vitest";
import type { PartsDriver, PartsPlan } from "../../storage/contract.ts";
import type { NodeRow, StorageRow } from "../drives/world.ts";
import { type PartsPlace, pinOf, planParts } from "./plan-parts.ts";
import { text } from "../../domain/text.ts";

const title = text("task.meet");
const nodes = ["nd_1", "nd_2"].map((id) => ({ id, name: id, address: id, port: 22, user: "root" }) as NodeRow);
const storage = { id: "st_net", name: "san", kind: "network-lvm", clusterId: "cl_1" } as StorageRow;
const step = (target: string, id: string, stage: number) => ({
  ...{ kind: "node" as const, id, target, title, stage, command: { argv: ["true"] }, undo: { none: title } },
});

function place(planned: Partial<PartsPlan> = {}, change: Partial<PartsPlace> = {}): PartsPlace {
  const identity = { vgUuid: "VG", pvUuids: "P", imageFs: "", shareFs: "", wwid: "3a", target: "iqn" };
  const plan: PartsPlan = {
    ...{ problems: {}, blockers: [], notes: [], identity: { wwid: "3a,3b", pvUuids: "P,Q" } },
    steps: [step("nd_1", "scan", 0), step("nd_2", "scan", 0), step("nd_1", "extend", 1)],
    ...planned,
  };
  return {
    ...{ storage, node: nodes[0] as NodeRow, nodes, obstacles: [], taken: new Map() },
    driver: { plan: () => plan } as unknown as PartsDriver,
    context: { identity } as unknown as PartsPlace["context"],
    ...change,
  };
}

describe("parts of a storage that all nodes see @P15", () => {
  const add = { verb: "add" as const, disks: ["/dev/b"] };

  it("are changed on all of them, in stages, by the group's one writer", () => {
    const { plan } = planParts(place(), null, add);
    expect(plan?.steps.map(({ id }) => id)).toEqual(["nd_1.scan", "nd_2.scan", "meet-1", "nd_1.extend", "pin"]);
    expect(plan?.targets.map(({ key }) => key)).toEqual(["nd_1", "nd_2"]);
    expect(plan?.locks).toEqual([
      ...["storage-node:st_net:nd_1", "storage-node:st_net:nd_2", "volume-group:VG", "lun:3a", "lun:3b"],
    ]);
    expect(plan?.holds).toEqual(["volume-group:VG"]);
    expect(plan && pinOf(plan)).toMatchObject({
      nodeIds: ["nd_1", "nd_2"],
      identity: { wwid: "3a,3b", pvUuids: "P,Q" },
    });
  });

  it("bring settings of the storage with them, which the last step alone writes", () => {
    const pinned = (planned: Partial<PartsPlan>) => {
      const { plan } = planParts(place(planned), null, add);
      return plan && pinOf(plan);
    };
    expect(pinned({ config: { targets: [{ target: "iqn.2" }] } })?.config).toEqual({ targets: [{ target: "iqn.2" }] });
    expect(pinned({})).not.toHaveProperty("config");
  });

  it("keep where they were looked for, so that they can be planned again", () => {
    const source = { target: "iqn.2", chapSecret: "se_1" };
    const context = { ...place().context, source };
    const { plan } = planParts(place({}, { context }), null, add);
    expect(plan && pinOf(plan)?.source).toEqual(source);
    const plain = planParts(place(), null, add).plan;
    expect(plain && pinOf(plain)).not.toHaveProperty("source");
  });

  it("are not changed where the driver has something against it, whatever steps it names", () => {
    const blocked = planParts(place({ blockers: [title] }), null, add);
    expect([blocked.plan, blocked.blockers]).toEqual([null, [title]]);
    const wrong = planParts(place({ problems: { disks: title } }), null, add);
    expect([wrong.plan, wrong.problems]).toEqual([null, { disks: title }]);
  });

  it("are not changed while one of the nodes takes no change, or with what another storage has", () => {
    const away = planParts(place({}, { obstacles: [title] }), null, add);
    expect([away.plan, away.blockers]).toEqual([null, [title]]);
    const taken = new Map([
      ["lun:3b", "other"],
      ["lun:3a", "itself, long ago"],
    ]);
    const twice = planParts(place({}, { taken }), null, add);
    expect([twice.plan, twice.blockers]).toEqual([
      null,
      [text("parts.obstacle.taken", { storage: "other", value: "3b" })],
    ]);
  });
});
