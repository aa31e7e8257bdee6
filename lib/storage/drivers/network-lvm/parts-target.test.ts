import { describe, expect, it } from "vitest";
import { hasSentence } from "../../../messages/sentence.ts";
import { commandsOf, shellComplaint, textsOf } from "../../test-steps.ts";
import { networkLvmConfig } from "./config.ts";
import type { LunLook } from "./look.ts";
import { networkLvmParts, planNetworkParts } from "./parts.ts";
import type { NetworkPartsFacts } from "./parts-facts.ts";
import { add, partsContext, partsFacts, shape, two } from "./test-parts.ts";
import { config, lun, NEXT, node, portal, SECOND, TARGET, THIRD, WWID } from "./test-storage.ts";

describe("a LUN of another target @P15", () => {
  const source = {
    ...{ portals: "10.0.0.1", target: NEXT, chapUser: "u", chapSecret: "se_00000000000000ab" },
    ...{ reverseUser: "", reverseSecret: "" },
  };
  const typed = { ...partsContext, source };
  const found = (change: Partial<NetworkPartsFacts> = {}, shown = [lun(THIRD)]) => {
    const base = partsFacts(two());
    const portals = [portal("10.0.0.1", { targets: [NEXT], luns: shown })];
    return {
      ...base,
      targets: [...base.targets, { target: NEXT, portals }],
      contents: { ...base.contents, [THIRD]: { contents: { kind: "blank" } as const, contentsProblem: null } },
      ...{ typed: node, ...change },
    };
  };
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
    expect(planned).toEqual(planNetworkParts(before, partsFacts(two()), add(SECOND)));
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
    const disks = networkLvmParts.view(found({}, [lun(THIRD), lun(), lun(SECOND)])).disks;
    expect(disks.map(({ name, at }) => [name, at])).toEqual([
      [WWID, TARGET],
      [SECOND, TARGET],
      [THIRD, NEXT],
    ]);
    expect(networkLvmParts.view(partsFacts(two())).disks.every(({ at }) => at === undefined)).toBe(true);
  });

  it("one that is the storage's is listed where it is pinned, also where another target shows it first", () => {
    const base = found();
    const [first, second] = base.targets.map(({ target, portals: [one] }) => ({
      target,
      portals: one ? [{ ...one, luns: [lun(WWID), lun(THIRD)] }] : [],
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
    expect(networkLvmParts.view(partsFacts(two()))).not.toHaveProperty("sourceProblems");
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
    for (const command of steps.flatMap(commandsOf)) expect(shellComplaint(command)).toBe("");
    for (const { key } of steps.flatMap(textsOf)) expect(hasSentence(key), key).toBe(true);
  });
});
