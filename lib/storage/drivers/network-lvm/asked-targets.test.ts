import { describe, expect, it } from "vitest";
import type { Command } from "../../../domain/plan.ts";
import type { PartsContext, Reader, Source } from "../../contract.ts";
import { type NetworkLvmConfig, networkLvmConfig } from "./config.ts";
import { lookConfig, readNetworkLvmFacts } from "./facts.ts";
import { readNetworkPartsFacts } from "./parts-facts.ts";

const WWID = "360000000000000000e00000000010001";
const FREE = "360000000000000000e00000000010002";
const NEXT_WWID = "360000000000000000e00000000020001";
const OWN = "iqn.2026-01.lab.host:san1";
const NEXT = "iqn.2026-01.lab.host:san2";
const SECRET = "se_00000000000000ab";
const dirs = { imageDir: "/image", shareDir: "/share" };

const config = networkLvmConfig.parse({ portals: "10.0.0.1", target: OWN, wwid: WWID });
const next = {
  ...{ portals: "10.0.0.2", target: NEXT, chapUser: "panel", chapSecret: SECRET, reverseUser: "", reverseSecret: "" },
};

/** LUNs that each target shows, the storage's first one on both. */
const LUNS: Record<string, string[]> = { [OWN]: [WWID, FREE], [NEXT]: [WWID, NEXT_WWID] };
const pageOf = (wwid: string) => `00830014${"01030010"}${wwid.slice(1)}`;
const lunLine = (wwid: string, index: number) =>
  `lun 000${index + 1}000000000000 1073741824 512 ${pageOf(wwid)} - IET|DISK|s`;

const section = (name: string, body = "") => `\u001e${name}\u001f${body}\n`;
/** Of directories, and of a group: nothing. */
const OTHER = ["/image", "/share", "end"].map((name) => section(name)).join("");

/** A node that answers looks; `asked` is what it was asked, in words. */
function node() {
  const asked: { mode: string; address: string; target: string; stdin: Command["stdin"] }[] = [];
  const look = ({ argv, stdin }: Command) => {
    const [mode = "", , address = "", , target = ""] = argv.slice(4);
    asked.push({ mode, address, target, stdin });
    if (mode === "targets") return "end\n";
    if (mode === "luns") return `${(LUNS[target] ?? []).map(lunLine).join("\n")}\nend\n`;
    const extents = argv.slice(12).map((extent) => extent.split(":"));
    return `${extents.map(([offset, length]) => `zero ${offset} ${length}`).join("\n")}\nend\n`;
  };
  const state = ([, , , , target = ""]: string[]) =>
    section("words", "initiator iqn.a") + section("records", `record-of-${target}`) + section("end");
  const read: Reader = async (command) => {
    const { argv } = command;
    const isState = argv[2]?.includes("initiatorname");
    const stdout = argv[0] === "perl" ? look(command) : isState ? state(argv) : OTHER;
    return { code: 0, stdout, stderr: "", durationMs: 0 };
  };
  return { asked, read };
}

const asksOf = (asked: ReturnType<typeof node>["asked"], mode: string) =>
  asked.filter((one) => one.mode === mode).map(({ address, target, stdin }) => [address, target, stdin]);

describe("a node that joins a storage on two targets", () => {
  it("is asked about both, each at its own portals with its own secrets; only the form's LUN is looked into", async () => {
    const { asked, read } = node();
    const facts = await readNetworkLvmFacts(read, lookConfig({ ...config, targets: [next] }), dirs);
    expect(asksOf(asked, "luns")).toEqual([
      ["10.0.0.1", OWN, ""],
      ["10.0.0.2", NEXT, [{ secret: SECRET }]],
    ]);
    expect(asksOf(asked, "read")).toEqual([["10.0.0.1", OWN, ""]]);
    expect(facts).toMatchObject({ node: { records: [`record-of-${OWN}`] }, contents: { kind: "blank" } });
    const more = facts.more?.[NEXT];
    expect(more?.node.records).toEqual([`record-of-${NEXT}`]);
    expect(more?.portals[0]?.luns?.map(({ wwid }) => wwid)).toEqual([WWID, NEXT_WWID]);
  });

  it("is asked as ever about one", async () => {
    const { asked, read } = node();
    expect(await readNetworkLvmFacts(read, lookConfig(config), dirs)).not.toHaveProperty("more");
    expect(asksOf(asked, "luns")).toEqual([["10.0.0.1", OWN, ""]]);
  });
});

describe("a look for further LUNs @P15", () => {
  const look = async (source?: Source, by: NetworkLvmConfig = config) => {
    const { asked, read } = node();
    const context: PartsContext<NetworkLvmConfig> = {
      ...{ config: by, dirs, details: null, target: "nd_1", others: [] },
      owner: { panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 },
      identity: { vgUuid: "VG", pvUuids: "P", imageFs: "", shareFs: "", wwid: WWID, target: OWN },
      ...(source ? { source } : {}),
    };
    return { asked, facts: await readNetworkPartsFacts(read, context) };
  };

  it("asks a target that was typed as well, last, and what the node has of it already", async () => {
    const { asked, facts } = await look(next);
    expect(facts.targets.map(({ target }) => target)).toEqual([OWN, NEXT]);
    expect(asksOf(asked, "luns").at(-1)).toEqual(["10.0.0.2", NEXT, [{ secret: SECRET }]]);
    expect(facts.typed?.records).toEqual([`record-of-${NEXT}`]);
    expect((await look()).facts).toMatchObject({ targets: [{ target: OWN }], typed: null });
  });

  it("looks into each LUN that is not the storage's, where it is met first", async () => {
    for (const { asked, facts } of [await look(next), await look(undefined, { ...config, targets: [next] })]) {
      expect(Object.keys(facts.contents)).toEqual([FREE, NEXT_WWID]);
      expect(asksOf(asked, "read").map(([, target]) => target)).toEqual([OWN, NEXT]);
    }
  });
});
