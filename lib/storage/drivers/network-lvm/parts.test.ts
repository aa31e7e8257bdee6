import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { NodeStep } from "../../../domain/plan.ts";
import type { PartsRequest } from "../../../domain/parts-request.ts";
import { en } from "../../../messages/en.ts";
import type { PartsContext } from "../../contract.ts";
import type { GroupFacts } from "../../lvm/parts-facts.ts";
import { type NetworkLvmConfig, networkLvmConfig } from "./config.ts";
import { type Contents, EDGE_BYTES } from "./contents.ts";
import type { LunLook } from "./look.ts";
import { networkLvmParts, planNetworkParts } from "./parts.ts";
import type { NetworkPartsFacts } from "./parts-facts.ts";
import { lunLink } from "./wwid.ts";

const WWID = "360000000000000000e00000000010001";
const SECOND = "360000000000000000e00000000010002";
const VG = "k1c2RN-Hpcf-fIPN-CTTL-7bIh-hz0e-8Qm4nI";
const TARGET = "iqn.2026-01.lab.host:san1";
const GIB = 2 ** 30;

const config = networkLvmConfig.parse({ portals: "10.0.0.1 10.0.0.2", target: TARGET, wwid: WWID });
const context: PartsContext<NetworkLvmConfig> = {
  config,
  dirs: { imageDir: "/image", shareDir: "/share" },
  owner: { panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 },
  identity: { vgUuid: VG, pvUuids: "P", imageFs: "a", shareFs: "b", wwid: WWID, target: TARGET },
  ...{ details: null, target: "nd_1", others: ["nd_2", "nd_3"] },
};

const lun = (wwid: string | null, change: Partial<LunLook> = {}): LunLook => ({
  ...{ lun: "0001000000000000", wwid, size: GIB, keys: [], vendor: "IET", model: "DISK", serial: "s" },
  ...change,
});
const group = (change: Partial<GroupFacts["pvs"][number]> = {}): GroupFacts => ({
  group: {
    ...{ name: "net0", uuid: VG, size: GIB, free: GIB, extentSize: 4 * 1024 ** 2, lvCount: 0, missingPvs: 0 },
    ...{ attributes: "wz--n-", systemId: "", lockType: "", tags: [], metadataSize: null, metadataFree: null, pvs: [] },
  },
  pvs: [{ uuid: "P", device: "/dev/dm-3", size: GIB, used: 0, deviceSize: GIB, grown: 0, isMissing: false, ...change }],
  ...{ isMoving: false, systemId: "" },
});
function facts(luns: LunLook[], change: Partial<NetworkPartsFacts> & { contents2?: Contents } = {}): NetworkPartsFacts {
  const { contents2 = { kind: "blank" }, ...rest } = change;
  const portal = (name: string) => ({ portal: name, targets: [TARGET], luns, problem: null });
  return {
    ...{ group: group(), pvOf: { [WWID]: "P" }, luns: [{ wwid: WWID, target: TARGET }] },
    targets: [{ target: TARGET, portals: [portal("10.0.0.1"), portal("10.0.0.2")] }],
    typed: null,
    contents: { [SECOND]: { contents: contents2, contentsProblem: null } },
    ...rest,
  };
}

const ADD: PartsRequest = { verb: "add", disks: [lunLink(SECOND)] };
const GROW: PartsRequest = { verb: "grow" };
const two = (change: Partial<LunLook> = {}) => [lun(WWID), lun(SECOND, { lun: "0002000000000000", ...change })];
const grown = () => [lun(WWID, { size: 2 * GIB })];
const shape = (steps: readonly NodeStep[]) => steps.map(({ id, target, stage = 0 }) => `${stage} ${target} ${id}`);
const plan = (request: PartsRequest, found: NetworkPartsFacts) => planNetworkParts(context, found, request);
const blocker = (request: PartsRequest, found: NetworkPartsFacts) => plan(request, found).blockers[0]?.key;

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
    const { steps } = plan(ADD, facts(two()));
    const before = Buffer.alloc(2 * EDGE_BYTES, "x");
    const after = undoneOn(
      steps.find(({ id }) => id === "pv-1"),
      before,
    );
    expect(after.equals(Buffer.concat([Buffer.alloc(EDGE_BYTES), before.subarray(EDGE_BYTES)]))).toBe(true);
  });

  it("is reached by every node, becomes a PV once, and is seen by the others", () => {
    const { steps, identity, blockers, problems } = plan(ADD, facts(two()));
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
    const made = plan(ADD, facts(two())).steps.filter(({ stage }) => stage === 1);
    expect(made.every(({ isReadBack }) => isReadBack)).toBe(true);
    expect(made[0]?.precondition?.command.argv).toContain(SECOND);
    for (const { undo } of made) expect("none" in undo || undo.proof).toBeTruthy();
  });

  it.each([
    ["a group", two(), { contents2: { kind: "pv", uuid: "X" } }, "pv"],
    ["data", two(), { contents2: { kind: "data" } }, "data"],
    ["keys of reservations", two({ keys: ["00000000000000ab"] }), {}, "reserved"],
    ["what could not be read", two(), { contents: {} }, "unread"],
  ] as const)("is not offered with %s on it, and not taken", (_what, luns, change, use) => {
    const found = facts([...luns], change as Partial<NetworkPartsFacts>);
    const [own, other] = networkLvmParts.view(found).disks;
    expect([own?.uses[0]?.key, other?.uses[0]?.key]).toEqual([
      "network-lvm.parts.use.own",
      `network-lvm.parts.use.${use}`,
    ]);
    expect(plan(ADD, found)).toMatchObject({ steps: [], problems: { disks: { key: "parts.problem.not-unused" } } });
  });

  it("is not offered where one portal does not show it, or it has no name", () => {
    const found = facts(two());
    found.targets[0]!.portals[1] = { portal: "10.0.0.2", targets: null, luns: [lun(WWID)], problem: null };
    expect(networkLvmParts.view(found).disks[1]?.uses[0]?.key).toBe("network-lvm.parts.use.not-everywhere");
    expect(networkLvmParts.view(facts([lun(null)])).disks[0]).toMatchObject({ link: null });
  });
});

describe("a LUN of another target @P15", () => {
  const NEXT = "iqn.2026-01.lab.host:san2";
  const THIRD = "360000000000000000e00000000020001";
  const source = {
    ...{ portals: "10.0.0.1", target: NEXT, chapUser: "u", chapSecret: "se_00000000000000ab" },
    ...{ reverseUser: "", reverseSecret: "" },
  };
  const typed = { ...context, source };
  const node = { initiator: "iqn.a", records: [], sessions: [], marks: [], nameInDev: false };
  const found = (change: Partial<NetworkPartsFacts> = {}, shown = [lun(THIRD)]) => {
    const base = facts(two());
    const portals = [{ portal: "10.0.0.1", targets: [NEXT], luns: shown, problem: null }];
    return {
      ...base,
      targets: [...base.targets, { target: NEXT, portals }],
      contents: { ...base.contents, [THIRD]: { contents: { kind: "blank" } as const, contentsProblem: null } },
      ...{ typed: node, ...change },
    };
  };
  const add = (...wwids: string[]): PartsRequest => ({ verb: "add", disks: wwids.map(lunLink) });
  const RELOGIN = ["relogin-service-t2", "relogin-timer-t2", "relogin-t2"];

  it("every node notes the target, gives its LUN to multipath, then logs in; one makes the PV, the others see it", () => {
    const { steps, identity, config: changed, blockers } = planNetworkParts(typed, found(), add(THIRD));
    const reach = [
      ...["mark", `multipath-${THIRD}`, `claim-${THIRD}`, "record-1-t2", "log-in-t2", ...RELOGIN],
      ...[`scan-${THIRD}`, `lun-${THIRD}`],
    ];
    expect(blockers).toEqual([]);
    expect(shape(steps)).toEqual([
      ...["nd_1", "nd_2", "nd_3"].flatMap((one) => reach.map((id) => `0 ${one} ${id}`)),
      ...["1 nd_1 pv-1", "1 nd_1 extend", "2 nd_2 noted-1", "2 nd_3 noted-1", "2 nd_2 seen", "2 nd_3 seen"],
    ]);
    expect(identity).toMatchObject({ wwid: `${WWID},${THIRD}`, target: `${TARGET},${NEXT}` });
    expect(changed).toEqual({ targets: [source] });
    expect(networkLvmConfig.safeParse({ ...config, ...changed }).success).toBe(true);
  });

  it("the note is taken back word for word, and no node's own use of the target is touched", () => {
    const [mark] = planNetworkParts(typed, found(), add(THIRD)).steps;
    const [before, after] = [`panel pa_1\ntarget ${TARGET}\nwwid ${WWID}`, `\ntarget ${NEXT}\n`];
    expect(mark?.command.argv[5]).toBe(before);
    expect(mark?.command.argv[6]).toContain(after);
    expect(mark?.command.argv[6]).toContain(`\nwwid ${THIRD}`);
    expect(mark?.undo).toMatchObject({ command: { argv: expect.arrayContaining([before]) } });
    expect(mark?.precondition?.command.argv).toContain(NEXT);
  });

  it("its secret is named by its row, on standard input alone", () => {
    const { steps } = planNetworkParts(typed, found(), add(THIRD));
    expect(JSON.stringify(steps.map(({ command: { argv } }) => argv))).not.toContain("se_0");
    expect(steps.find(({ id }) => id === "record-1-t2")?.command.stdin).toEqual([{ secret: source.chapSecret }]);
  });

  it("several of it go again together, before the sessions end", () => {
    const FOURTH = "360000000000000000e00000000020002";
    const contents = { ...found().contents, [FOURTH]: { contents: { kind: "blank" } as const, contentsProblem: null } };
    const { steps } = planNetworkParts(
      typed,
      found({ contents }, [lun(THIRD), lun(FOURTH)]),
      add(THIRD, FOURTH, SECOND),
    );
    const undo = steps.find(({ id }) => id === "log-in-t2")?.undo;
    expect(undo).toMatchObject({ command: { argv: expect.arrayContaining([NEXT, `${THIRD},${FOURTH}`]) } });
    const first = steps.filter(({ target, stage = 0 }) => target === "nd_1" && stage === 0).map(({ id }) => id);
    const logsIn = first.indexOf("log-in-t2");
    for (const wwid of [THIRD, FOURTH]) expect(first.indexOf(`claim-${wwid}`)).toBeLessThan(logsIn);
    expect(new Set(steps.map(({ id, target }) => `${target} ${id}`)).size).toBe(steps.length);
  });

  it("a target that was only looked at does not become the storage's", () => {
    const planned = planNetworkParts(typed, found(), add(SECOND));
    const { source: _, ...before } = typed;
    expect(planned).toEqual(planNetworkParts(before, facts(two()), add(SECOND)));
    expect(planned).not.toHaveProperty("config");
  });

  it.each([
    ["records", { records: ["10.0.0.1,3260"] }, "network-lvm.own.records"],
    ["sessions", { sessions: ["LOGGED_IN"] }, "network-lvm.own.sessions"],
  ])("is refused where somebody else has %s of the target", (_what, change, key) => {
    const planned = planNetworkParts(typed, found({ typed: { ...node, ...change } }), add(THIRD));
    expect([planned.blockers[0]?.key, planned.steps]).toEqual([key, []]);
    const shared = planNetworkParts(typed, found({ typed: { ...node, ...change, marks: ["st_2"] } }), add(THIRD));
    expect(shared.blockers).toEqual([]);
  });

  it("is listed with its target, once, and the storage's own where they are pinned", () => {
    const disks = networkLvmParts.view(found({}, [lun(THIRD), lun(WWID), lun(SECOND)])).disks;
    expect(disks.map(({ name, at }) => [name, at])).toEqual([
      [WWID, TARGET],
      [SECOND, TARGET],
      [THIRD, NEXT],
    ]);
    expect(networkLvmParts.view(facts(two())).disks.every(({ at }) => at === undefined)).toBe(true);
  });

  it("one that is the storage's is listed where it is pinned, also where another target shows it first", () => {
    const base = found();
    const [first, second] = base.targets.map(({ target, portals: [portal] }) => ({
      target,
      portals: portal ? [{ ...portal, luns: [lun(WWID), lun(THIRD)] }] : [],
    }));
    const luns = [...base.luns, { wwid: THIRD, target: NEXT }];
    const both = { ...base, luns, targets: [first!, second!], pvOf: { [WWID]: "P", [THIRD]: "Q" } };
    expect(networkLvmParts.view(both).disks.map(({ name, at }) => [name, at])).toEqual([
      [WWID, TARGET],
      [THIRD, NEXT],
    ]);
  });

  const silent = (what: string, luns: LunLook[] | null = null) => {
    const base = found();
    const portals = [{ portal: "10.0.0.1", targets: null, luns, problem: luns ? null : { what, detail: "" } }];
    return { ...base, targets: [...base.targets.slice(0, -1), { target: NEXT, portals }] };
  };
  it.each([
    ["silent", "portals"],
    ["auth", "chapSecret"],
    ["no-chap", "chapUser"],
    ["target-unproven", "reverseSecret"],
    ["no-target", "target"],
  ])("that it can't be seen is said beside the field: %s", (what, field) => {
    const { sourceProblems } = networkLvmParts.view(silent(what));
    expect(sourceProblems).toEqual({ [field]: { key: `network-lvm.found.${what}`, values: { portal: "10.0.0.1" } } });
  });

  it("that shows nothing is said so, and one that is well says nothing", () => {
    expect(networkLvmParts.view(silent("", [])).sourceProblems?.target?.key).toBe("network-lvm.parts.no-luns");
    expect(networkLvmParts.view(found()).sourceProblems).toEqual({});
    expect(networkLvmParts.view(facts(two()))).not.toHaveProperty("sourceProblems");
  });

  it("that the storage has already is refused beside its field, and so is a sixteenth", () => {
    const problems = (targets: string[], typedTarget: string) =>
      networkLvmParts.source?.problems(
        networkLvmConfig.parse({ ...config, targets: targets.map((target) => ({ portals: "10.0.0.1", target })) }),
        { ...source, target: typedTarget },
      );
    expect(problems([], NEXT)).toEqual({});
    expect(problems([], TARGET)).toMatchObject({ target: { key: "network-lvm.field.target-twice" } });
    expect(problems([NEXT], NEXT)).toMatchObject({ target: { key: "network-lvm.field.target-twice" } });
    const many = Array.from({ length: 15 }, (_, index) => `${NEXT}-${index}`);
    expect(problems(many, NEXT)).toMatchObject({ target: { key: "network-lvm.field.targets" } });
  });

  it("has scripts that a shell understands, and its sentences", () => {
    const { steps } = planNetworkParts(typed, found(), add(THIRD));
    const has = (key: string) =>
      key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], en);
    for (const { command, precondition, title, failures = [] } of steps) {
      for (const { argv } of [command, ...(precondition ? [precondition.command] : [])])
        if (argv[0] === "sh") expect(spawnSync("sh", ["-n", "-c", argv[2] ?? ""]).stderr.toString()).toBe("");
      for (const { key } of [title, ...failures.flatMap(({ message, hint }) => [message, ...(hint ? [hint] : [])])])
        expect(typeof has(key), key).toBe("string");
    }
  });
});

describe("a LUN that the array has made larger @P15", () => {
  it("is asked for by every node, taken in by one, and seen by the others", () => {
    const { steps, identity } = plan(GROW, facts(grown()));
    expect(shape(steps)).toEqual([
      ...["nd_1", "nd_2", "nd_3"].map((node) => `0 ${node} rescan-${WWID}`),
      `1 nd_1 resize-${WWID}`,
      ...["nd_2", "nd_3"].map((node) => `2 ${node} seen-${WWID}`),
    ]);
    expect(steps.filter(({ command }) => command.argv[0] === "pvresize")).toHaveLength(1);
    expect(identity).toEqual({ pvUuids: "P" });
  });

  it("goes on where the acting node has seen it already, or has only not taken it in", () => {
    const seen = facts(grown(), { group: group({ deviceSize: 2 * GIB, grown: GIB }) });
    expect(plan(GROW, seen).steps).toHaveLength(6);
  });

  it("nothing to do, smaller than before, or not as large everywhere", () => {
    expect(blocker(GROW, facts([lun(WWID)]))).toBe("parts.obstacle.not-grown");
    expect(blocker(GROW, facts([lun(WWID, { size: GIB / 2 })]))).toBe("network-lvm.parts.shrunk");
    const found = facts(grown());
    found.targets[0]!.portals[1] = { portal: "10.0.0.2", targets: null, luns: [lun(WWID)], problem: null };
    expect(blocker(GROW, found)).toBe("network-lvm.parts.not-everywhere");
  });
});

describe("what a group that all nodes see is spared", () => {
  it("nothing is moved off a LUN, and a partial group takes no change", () => {
    expect(blocker({ verb: "empty", part: "P", andRemove: false }, facts(two()))).toBe("network-lvm.parts.no-move");
    const partial = group({ isMissing: true });
    if (partial.group) partial.group.missingPvs = 1;
    expect(blocker(GROW, facts(grown(), { group: partial }))).toBe("lvm.parts.state.partial");
  });
});

describe("every step", () => {
  const all = [...plan(ADD, facts(two())).steps, ...plan(GROW, facts(grown())).steps];
  const commands = all.flatMap(({ command, alreadyDone, precondition, undo }) => [
    command,
    ...[alreadyDone, precondition].flatMap((check) => (check ? [check.command] : [])),
    ...("none" in undo ? [] : [undo.command, ...(undo.proof ? [undo.proof.command] : [])]),
  ]);

  it("has scripts that a shell understands, and forces nothing", () => {
    for (const { argv } of commands) {
      for (const word of argv) expect(word).not.toMatch(/^(-f|-ff|--force|-y|--yes)$/);
      if (argv[0] === "sh") expect(spawnSync("sh", ["-n", "-c", argv[2] ?? ""]).stderr.toString()).toBe("");
    }
  });

  it("has its sentences", () => {
    const has = (key: string) =>
      key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], en);
    for (const { title, undo, failures = [] } of all)
      for (const { key } of [title, "none" in undo ? undo.none : undo.title, ...failures.map(({ message }) => message)])
        expect(typeof has(key), key).toBe("string");
  });
});
