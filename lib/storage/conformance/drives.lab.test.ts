import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LabNode } from "#lab/index.ts";
import type { NodeStep } from "../../domain/plan.ts";
import type { DriveSpec } from "../contract.ts";
import { Backend, conformanceDown, conformanceNode, LAYOUTS, MIB } from "./backends.ts";
import { BEHAVIOURS, type Behaviour } from "./behaviours.ts";
import { takeBack } from "./perform.ts";

let node: LabNode;
beforeAll(async () => {
  node = await conformanceNode();
});
afterAll(conformanceDown);

const says = (behaviour: Behaviour) => BEHAVIOURS[behaviour].says;

describe.each(LAYOUTS.map((layout) => [layout.kind, layout] as const))("drives on %s @P04", (_kind, layout) => {
  let backend: Backend;
  let count = 0;
  const fresh = (label = "drive", size = 16 * MIB): DriveSpec => {
    count += 1;
    return { id: `dr_conformance${layout.kind}${count}`, label, size };
  };
  const { drives } = { drives: () => backend.driver.drives };

  beforeAll(async () => {
    backend = new Backend(layout, node);
    await backend.join();
  });

  const volume = async (drive: DriveSpec) =>
    (await backend.check()).volumes?.find((one) => one.drive === drive.id) ?? null;
  const states = async (steps: NodeStep[]) => (await backend.perform(steps)).map(({ state }) => state);
  const made = async (drive = fresh()): Promise<DriveSpec> => {
    const performed = await backend.perform(drives().create(backend.context, drive));
    expect(performed.filter(({ state }) => state !== "done")).toEqual([]);
    return drive;
  };
  const gone = async (drive: DriveSpec) => {
    const performed = await backend.perform(drives().remove(backend.context, drive));
    expect(performed.filter(({ state }) => state === "refused" || state === "failed")).toEqual([]);
  };
  const free = async () => Number((await backend.sh(layout.free)).stdout.trim());
  const isBlank = async (drive: DriveSpec, size = drive.size) =>
    (await backend.sh(layout.read, drive.id, String(size))).code === 0;

  it(says("empty-list"), async () => {
    const { volumes, outcome } = await backend.check();
    expect([outcome, volumes]).toEqual(["ok", []]);
  });

  it(says("capacity"), async () => {
    const { figures = null, details = null } = await backend.check();
    const room = drives().room(backend.identity, figures, details);
    expect(room.free).toBeGreaterThan(100 * MIB);
    expect(room.free).toBeLessThanOrEqual(512 * MIB);
  });

  it(says("listed"), async () => {
    const drive = await made();
    const found = await volume(drive);
    expect(found).toMatchObject({
      drive: drive.id,
      label: "drive",
      size: drive.size,
      isOpen: false,
      isBlanking: false,
    });
    expect(found?.used).toBeLessThanOrEqual(drives().reserve(drive.size));
    await gone(drive);
    expect(await volume(drive)).toBeNull();
  });

  it(says("at-least"), async () => {
    const size = drives().roundSize(17 * MIB, backend.details);
    const drive = await made(fresh("odd", size));
    expect(size).toBeGreaterThanOrEqual(17 * MIB);
    expect((await volume(drive))?.size).toBe(size);
    await gone(drive);
  });

  it(says("again-same"), async () => {
    const drive = await made();
    await backend.sh(layout.write, drive.id);
    expect(await states(drives().create(backend.context, drive))).not.toContain("done");
    expect(await isBlank(drive)).toBe(false);
    expect((await backend.check()).volumes).toHaveLength(1);
    await gone(drive);
  });

  it(says("again-other"), async () => {
    const drive = await made();
    await backend.sh(layout.write, drive.id);
    const again = await states(drives().create(backend.context, { ...drive, size: 32 * MIB }));
    expect(["refused", "failed"]).toContain(again.at(-1));
    expect((await volume(drive))?.size).toBe(drive.size);
    expect(await isBlank(drive)).toBe(false);
    await gone(drive);
  });

  it(says("long-label"), async () => {
    const drive = await made(fresh(`${"𐍈".repeat(63)}é`));
    expect((await volume(drive))?.label).toBe(drive.label);
    await gone(drive);
  });

  it(says("delete-absent"), async () => {
    expect(await states(drives().remove(backend.context, fresh()))).toEqual(["skipped"]);
  });

  it(says("delete"), async () => {
    const before = await free();
    const drive = await made();
    expect(await free()).toBeLessThan(before);
    await gone(drive);
    expect(await free()).toBe(before);
  });

  it(says("abilities"), async () => {
    const drive = await made();
    const on = drives().activate(backend.context, drive);
    const off = drives().deactivate(backend.context, drive);
    if (!drives().activates) expect([on, off]).toEqual([[], []]);
    else {
      expect(await states(on)).toEqual(["done"]);
      expect((await volume(drive))?.isActive).toBe(true);
      expect(await states(off)).toEqual(["done"]);
      expect((await volume(drive))?.isActive).toBe(false);
    }
    await gone(drive);
  });

  it(says("twice-off"), async () => {
    const drive = await made();
    expect(await states(drives().deactivate(backend.context, drive))).not.toContain("done");
    expect(await states(drives().deactivate(backend.context, drive))).not.toContain("failed");
    await gone(drive);
  });

  it(says("grow"), async () => {
    const drive = await made();
    await backend.sh(layout.write, drive.id);
    const grown = { ...drive, size: 32 * MIB };
    expect(await states(drives().grow(backend.context, drive, grown.size))).not.toContain("failed");
    expect((await volume(grown))?.size).toBe(32 * MIB);
    await states(drives().grow(backend.context, grown, 16 * MIB));
    expect((await volume(grown))?.size).toBe(32 * MIB);
    expect(await isBlank(grown)).toBe(false);
    await gone(grown);
  });

  it(says("relabel"), async () => {
    const drive = await made();
    expect(await states(drives().relabel(backend.context, drive, "renamed"))).toEqual(["done"]);
    expect(await volume(drive)).toMatchObject({ label: "renamed", drive: drive.id });
    await gone(drive);
  });

  it(says("life-twice"), async () => {
    const drive = fresh();
    const grown = { ...drive, size: 32 * MIB };
    const calls = [
      drives().create(backend.context, drive),
      drives().activate(backend.context, drive),
      drives().deactivate(backend.context, drive),
      drives().grow(backend.context, drive, grown.size),
      drives().relabel(backend.context, grown, "other"),
      drives().remove(backend.context, { ...grown, label: "other" }),
    ];
    for (const steps of calls) {
      const first = await backend.perform(steps);
      expect(first.filter(({ state }) => state === "refused" || state === "failed")).toEqual([]);
      const second = await states(steps);
      // A step whose effect a later one has changed again is not asked for: the last one's is there.
      if (second.length > 0) expect(second.at(-1)).toBe("skipped");
    }
    expect((await backend.check()).volumes).toEqual([]);
  });

  it(says("in-use-kept"), async () => {
    const drive = await made();
    await states(drives().activate(backend.context, drive));
    const path = layout.path.replace("$ID", drive.id);
    await backend.sh('exec 9<"$1"; setsid sleep 600 >/dev/null 2>&1 </dev/null & echo $! >/run/holder', path);
    const [refused] = await backend.perform(drives().remove(backend.context, drive));
    expect(refused).toMatchObject({ state: "refused", output: expect.stringContaining("spindle: in-use") });
    const step = drives().remove(backend.context, drive)[0];
    expect(step?.failures?.find(({ match }) => refused?.output.includes(match))?.message.key).toContain("in-use");
    await backend.sh("kill $(cat /run/holder); while kill -0 $(cat /run/holder) 2>/dev/null; do sleep 0.1; done");
    await states(drives().deactivate(backend.context, drive));
    await gone(drive);
  });

  it(says("old-data"), async () => {
    await backend.sh(layout.soil);
    const drive = await made(fresh("new", 64 * MIB));
    expect(await isBlank(drive)).toBe(true);
    const grown = { ...drive, size: 128 * MIB };
    expect(await states(drives().grow(backend.context, drive, grown.size))).not.toContain("failed");
    expect(await isBlank(grown)).toBe(true);
    await gone(grown);
  });

  it(says("stranger"), async () => {
    const drive = fresh();
    await backend.sh(layout.stranger, drive.id);
    const again = await states(drives().create(backend.context, drive));
    expect(["refused", "failed"]).toContain(again.at(-1));
    expect(await states(drives().remove(backend.context, drive))).toEqual(["refused"]);
    const unknown = (await backend.check()).volumes?.filter((one) => one.drive === null) ?? [];
    expect(unknown.map(({ name }) => name.split(".")[0])).toEqual([drive.id]);
    await takeBack(backend.run, drives().create(backend.context, drive).slice(0, 1));
    expect((await backend.check()).volumes).toHaveLength(1);
    await backend.sh(
      'rm -f "/vm/$1.qcow2"; [ ! -e "/vm/$1.json" ] || rm "/vm/$1.json"; lvremove -y "lvm0/$1"',
      drive.id,
    );
  });

  it(says("other-storage"), async () => {
    const kept = await made();
    const drive = fresh();
    await backend.sh(layout.swap);
    expect((await states(drives().create(backend.context, drive))).at(-1)).toBe("refused");
    expect((await states(drives().remove(backend.context, kept))).at(-1)).toBe("refused");
    await backend.sh(layout.swapBack);
    expect(await volume(kept)).toMatchObject({ drive: kept.id });
    await gone(kept);
  });

  it(says("taken-back"), async () => {
    const drive = await made();
    expect(await takeBack(backend.run, drives().create(backend.context, drive))).toEqual([]);
    expect((await backend.check()).volumes).toEqual([]);
    const written = await made();
    await backend.sh(layout.write, written.id);
    const left = await takeBack(backend.run, drives().create(backend.context, written));
    expect(left[0]).toMatchObject({ state: "refused", output: expect.stringContaining("not-empty") });
    expect(await volume(written)).not.toBeNull();
    await gone(written);
  });

  it(says("killed"), async () => {
    const steps = drives().create(backend.context, fresh("cut", 64 * MIB));
    for (const [index, step] of steps.entries()) {
      const drive = { ...fresh("cut", 64 * MIB) };
      const own = drives().create(backend.context, drive);
      await backend.perform(own.slice(0, index));
      const { argv } = own[index]?.command ?? step.command;
      await backend.sh('timeout -s KILL 0.3 "$@"; exit 0', ...argv);
      const performed = await backend.perform(own);
      expect(performed.filter(({ state }) => state === "refused" || state === "failed")).toEqual([]);
      expect(await volume(drive)).toMatchObject({ size: drive.size, isBlanking: false });
      expect(await isBlank(drive)).toBe(true);
      await gone(drive);
    }
  });
});
