import { describe, expect, it } from "vitest";
import { HOSTILE_STRINGS } from "../domain/hostile-strings.ts";
import type { Command, NodeStep } from "../domain/plan.ts";
import { hasSentence } from "../messages/sentence.ts";
import type { DriveContext } from "./contract.ts";
import { formFields } from "./form.ts";
import { requireDriver } from "./registry.ts";
import { commandsOf, textsOf } from "./test-steps.ts";

const owner = {
  ...{ panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 },
};
const GIB = 1024 ** 3;
const drive = { id: "dr_1", label: "web", size: GIB };

const LVM: DriveContext<unknown> = {
  ...{ config: { vgName: "lvm0", wipe: false }, owner, target: "n" },
  details: { vg: { extentSize: 4 * 1024 ** 2 }, pvs: [{ uuid: "PV-2" }] },
  identity: { vgUuid: "VG-1", pvUuids: "PV-1", imageFs: "", shareFs: "" },
};

const NETWORK_LVM: DriveContext<unknown> = {
  ...LVM,
  identity: { ...LVM.identity, wwid: "3", target: "iqn" },
  others: ["n2"],
};

const CONTEXTS: Record<string, DriveContext<unknown>> = {
  file: {
    ...{ config: { vmDir: "/vm" }, owner, details: null, target: "n" },
    identity: { marker: "{}", vmFs: "x", imageFs: "", shareFs: "" },
  },
  lvm: LVM,
  "lvm that wipes": { ...LVM, config: { vgName: "lvm0", wipe: true } },
  "network-lvm": NETWORK_LVM,
};

const driverOf = (name: string) => requireDriver(name.split(" ")[0] ?? "");

function everyStep(kind: string, label = drive.label): NodeStep[] {
  const { drives } = driverOf(kind);
  const context = CONTEXTS[kind] as DriveContext<unknown>;
  const spec = { ...drive, label };
  return [
    ...drives.create(context, spec),
    ...drives.grow(context, spec, 2 * GIB),
    ...drives.relabel(context, spec, `${label}x`),
    ...drives.activate(context, spec),
    ...drives.deactivate(context, spec),
    ...drives.remove(context, spec),
  ];
}

describe.each(Object.keys(CONTEXTS))("steps of drives on %s @P04", (kind) => {
  it("every one proves what it stands on, is a no-op where it is done, and has words for its failures", () => {
    for (const step of everyStep(kind)) {
      expect(step.id.startsWith("dr_1."), step.id).toBe(true);
      expect(step.alreadyDone, step.id).toBeDefined();
      expect(step.failures?.length, step.id).toBeGreaterThan(step.isProof ? 1 : 3);
      // What only proves stands on nothing.
      if (!step.isProof) expect(step.precondition, step.id).toBeDefined();
    }
  });

  it("everything that is said of it has its sentence", () => {
    const steps = everyStep(kind);
    for (const { key } of steps.flatMap(textsOf)) expect(hasSentence(key), key).toBe(true);
    for (const { message, hint } of steps.flatMap(({ failures = [] }) => failures))
      expect(hint, message.key).toBeDefined();
  });

  it("nothing that could destroy is undone without a proof, and no undo forces", () => {
    for (const step of everyStep(kind)) {
      if ("none" in step.undo) continue;
      const { argv } = step.undo.command;
      if (argv.some((word) => /lvremove|rm -f --|^rm$/.test(word)) && !argv.some((word) => word.includes("exit 1")))
        expect(step.undo.proof, step.id).toBeDefined();
      expect(argv.some((word) => /^-(f|ff)$/.test(word)) && argv[0] !== "rm", step.id).toBe(false);
    }
  });

  it("a deletion and what grows can't be undone, and say so", () => {
    const irreversible = everyStep(kind).filter((step) => "none" in step.undo);
    expect(irreversible.map((step) => step.id)).toContain("dr_1.remove");
  });

  it.each(HOSTILE_STRINGS.map((value) => [value]))(
    "a label %j stays one argument of data, never a part of a script",
    (label) => {
      const scripts = everyStep(kind, label)
        .flatMap(commandsOf)
        .map(({ argv }) => (argv[0] === "sh" ? argv[2] : ""));
      const plain = everyStep(kind)
        .flatMap(commandsOf)
        .map(({ argv }) => (argv[0] === "sh" ? argv[2] : ""));
      expect(scripts).toEqual(plain);
    },
  );
});

describe("LVM's commands @S17", () => {
  it.each([
    ["lvm", "as they were seen last", "lvm-pv-uuid-PV-2"],
    ["lvm that wipes", "as they were seen last", "lvm-pv-uuid-PV-2"],
    ["network-lvm", "never one path alone", "dm-uuid-mpath-3"],
  ])("every one names the storage's own devices: %s, %s", (name, _how, link) => {
    // The kernel's maps are asked for without LVM.
    const steps = everyStep(name).filter((step) => !step.isProof);
    for (const command of steps.flatMap(commandsOf)) {
      const at = command.argv.indexOf("--devices");
      expect(command.argv[at + 1]).toBe(`/dev/disk/by-id/${link}`);
    }
  });

  it("what is changed of a group that others write to as well is read back @S28", () => {
    const own = everyStep("network-lvm").filter((step) => !step.isProof);
    expect(own.filter((step) => !step.isReadBack)).toEqual([]);
  });

  it("a drive is made with its marks, is not switched on by a boot, and is zeroed before it is handed out @S02", () => {
    const steps = requireDriver("lvm").drives.create(LVM, drive);
    expect(steps.map(({ id }) => id)).toEqual(["dr_1.create", "dr_1.zero-new"]);
    const argv = steps[0]?.command.argv.join(" ");
    for (const word of ["spindle.drive=dr_1", "spindle.storage=st_1", "spindle.label=web", "spindle.blank-from=0"])
      expect(argv).toContain(`--addtag ${word}`);
    expect(argv).toContain("--setautoactivation n");
    expect(argv).toContain(`-n dr_1 -L ${GIB}b -- lvm0`);
  });

  it("sizes are whole extents", () => {
    const { drives } = requireDriver("lvm");
    expect(drives.roundSize(GIB + 1, { vg: { extentSize: 32 * 1024 ** 2 } })).toBe(GIB + 32 * 1024 ** 2);
  });

  it("hardly any metadata left: no more drives", () => {
    const { drives } = requireDriver("lvm");
    expect(drives.obstacle({ vg: { metadataFree: 60_000 } }, 1)?.key).toBe("lvm.drive.no-metadata");
    expect(drives.obstacle({ vg: { metadataFree: 60_000 } }, 0)).toBeNull();
  });
});

describe("wiping at deletion @S17", () => {
  const { drives } = requireDriver("lvm");
  const wiping = CONTEXTS["lvm that wipes"] as DriveContext<unknown>;
  /** Scripts by their arguments: what they do is tried on a node. */
  const shown = ({ argv }: Command) => (argv[0] === "sh" ? ["sh", ...argv.slice(3)] : argv).join(" ");

  it("renames the LV aside, wipes it, and removes it once that is proven", () => {
    const steps = drives.remove(wiping, drive);
    expect(
      steps.map(({ id, command, precondition }) => [id, shown(command), precondition && shown(precondition.command)]),
    ).toMatchInlineSnapshot(`
      [
        [
          "dr_1.aside",
          "lvrename --devices /dev/disk/by-id/lvm-pv-uuid-PV-2 -- lvm0 dr_1 dr_1.wiping",
          "sh spindle VG-1 lvm0 0 dr_1 closed  --devices /dev/disk/by-id/lvm-pv-uuid-PV-2",
        ],
        [
          "dr_1.wipe",
          "sh spindle VG-1 dr_1.wiping --devices /dev/disk/by-id/lvm-pv-uuid-PV-2",
          "sh spindle VG-1 lvm0 0 dr_1.wiping closed  --devices /dev/disk/by-id/lvm-pv-uuid-PV-2",
        ],
        [
          "dr_1.remove",
          "lvremove --devices /dev/disk/by-id/lvm-pv-uuid-PV-2 -y -- lvm0/dr_1.wiping",
          "sh spindle VG-1 lvm0 0 dr_1.wiping wiped  --devices /dev/disk/by-id/lvm-pv-uuid-PV-2",
        ],
      ]
    `);
  });

  it("only what was not begun to be wiped gets its name back; wiping and removing have no undo, and say so", () => {
    const undos = drives.remove(wiping, drive).map(({ undo }) => undo);
    expect(undos.map((undo) => ("none" in undo ? undo.none.key : shown(undo.command)))).toMatchInlineSnapshot(`
      [
        "lvrename --devices /dev/disk/by-id/lvm-pv-uuid-PV-2 -- lvm0 dr_1.wiping dr_1",
        "lvm.drive.wipe-none",
        "lvm.drive.remove-none",
      ]
    `);
    const proof = undos.flatMap((undo) => ("none" in undo || !undo.proof ? [] : shown(undo.proof.command)));
    expect(proof).toMatchInlineSnapshot(`
      [
        "sh spindle VG-1 lvm0 0 dr_1.wiping untouched  --devices /dev/disk/by-id/lvm-pv-uuid-PV-2",
      ]
    `);
  });

  it("with the setting off it is one command, unless a deletion before has begun to wipe it", () => {
    expect(drives.remove(LVM, drive).map(({ id }) => id)).toEqual(["dr_1.remove"]);
    expect(drives.remove(LVM, drive, true)).toEqual(drives.remove(wiping, drive));
  });

  it("takes nothing from how new drives are made", () => {
    expect(drives.create(wiping, drive)).toEqual(drives.create(LVM, drive));
    expect(drives.grow(wiping, drive, 2 * GIB)).toEqual(drives.grow(LVM, drive, 2 * GIB));
  });

  it("is a setting that can be changed, and off for storages that were never asked", () => {
    const driver = requireDriver("lvm");
    expect(formFields(driver).flatMap(({ name, isChangeable }) => (isChangeable ? name : []))).toEqual(["wipe"]);
    expect(driver.config.parse({ vgName: "lvm0" })).toEqual({ vgName: "lvm0", wipe: false });
  });
});

it("Qcow2 formats are always given, never probed @S03", () => {
  for (const { argv } of everyStep("file").flatMap(commandsOf))
    for (const word of argv)
      for (const line of word.split("\n"))
        if (/qemu-img (create|resize|info|map)|^(create|resize)$/.test(line))
          expect(line === "create" || line === "resize" ? argv.join(" ") : line).toContain("-f qcow2");
});
