import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isFull } from "#lab/index.ts";
import type { NodeStep } from "../../domain/plan.ts";
import type { DriveSpec } from "../contract.ts";
import { Backend, conformanceDown, conformancePlaces, LAYOUTS, MIB, type Place } from "./backends.ts";
import { BEHAVIOURS, type Behaviour } from "./behaviours.ts";
import { takeBack, wentWell } from "./perform.ts";
import { GERMAN_WORDS, german, noisy } from "./surroundings.ts";

/** A landing leaves LVM out: a group on a LUN is asked the same, by the same scripts. */
const ASKED = LAYOUTS.filter(({ kind }) => isFull || kind !== "lvm");
let places: Place[] = [];
beforeAll(async () => {
  places = await conformancePlaces(ASKED);
});
afterAll(conformanceDown);

const IN_ORDER = { concurrent: false };
const LONG_LABEL = `${"𐍈".repeat(63)}é`;
const says = (behaviour: Behaviour) => BEHAVIOURS[behaviour].says;

// The storages side by side, each one's tests in order.
describe.concurrent.each(ASKED.map((layout) => [layout.kind, layout] as const))(
  "drives on %s @P04",
  (_kind, layout) => {
    let backend: Backend;
    let count = 0;
    const word = layout.kind.replaceAll("-", "");
    const fresh = (label = "drive", size = 16 * MIB): DriveSpec => {
      count += 1;
      return { id: `dr_conformance${word}${count}`, label, size };
    };
    const { drives } = { drives: () => backend.driver.drives };

    beforeAll(async () => {
      backend = new Backend(layout, places[ASKED.indexOf(layout)] as Place);
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
      expect(await backend.perform(drives().remove(backend.context, drive))).toSatisfy(wentWell);
    };
    // Making a drive and deleting it is most of what a test costs, so what asks for neither shares one drive. A test that
    // fails does not hand it on.
    let standing: DriveSpec | null = null;
    const withDrive = async (work: (drive: DriveSpec) => Promise<DriveSpec | null>) => {
      const drive = standing ?? (await made(fresh(LONG_LABEL, oddSize())));
      standing = null;
      standing = await work(drive);
    };
    const oddSize = () => drives().roundSize(17 * MIB, backend.details);
    const litter = async (drive: DriveSpec) => (await backend.sh(layout.litter, drive.id)).stdout.trim();
    const nothingLeft = async (...gone: DriveSpec[]) => {
      expect((await backend.check()).volumes).toEqual([]);
      for (const drive of gone) expect(await litter(drive)).toBe("");
    };
    const grows = async (drive: DriveSpec, size: number): Promise<DriveSpec> => {
      expect(await states(drives().grow(backend.context, drive, size))).not.toContain("failed");
      expect((await volume(drive))?.size).toBe(size);
      return { ...drive, size };
    };
    const life = async () => {
      const drive = await made();
      expect(await volume(drive)).toMatchObject({ label: drive.label, size: drive.size, isOpen: false });
      await gone(await grows(drive, 32 * MIB));
      await nothingLeft(drive);
    };
    const free = async () => Number((await backend.sh(layout.free)).stdout.trim());
    const isBlank = async (drive: DriveSpec, size = drive.size) =>
      (await backend.sh(layout.read, drive.id, String(size))).code === 0;

    it(says("empty-list"), IN_ORDER, async () => {
      const { volumes, outcome } = await backend.check();
      expect([outcome, volumes]).toEqual(["ok", []]);
    });

    it(says("capacity"), IN_ORDER, async () => {
      const { figures = null, details = null } = await backend.check();
      const room = drives().room(backend.identity, figures, details);
      expect(room.free).toBeGreaterThan(100 * MIB);
      expect(room.free).toBeLessThanOrEqual(512 * MIB);
    });

    it(says("listed"), IN_ORDER, async () => {
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

    it(says("at-least"), IN_ORDER, () =>
      withDrive(async (drive) => {
        expect(drive.size).toBeGreaterThanOrEqual(17 * MIB);
        expect((await volume(drive))?.size).toBe(drive.size);
        return drive;
      }),
    );

    it(says("long-label"), IN_ORDER, () =>
      withDrive(async (drive) => {
        expect((await volume(drive))?.label).toBe(LONG_LABEL);
        return drive;
      }),
    );

    it(says("twice-off"), IN_ORDER, () =>
      withDrive(async (drive) => {
        expect(await states(drives().deactivate(backend.context, drive))).not.toContain("done");
        expect(await states(drives().deactivate(backend.context, drive))).not.toContain("failed");
        return drive;
      }),
    );

    it(says("abilities"), IN_ORDER, () =>
      withDrive(async (drive) => {
        const on = drives().activate(backend.context, drive);
        const off = drives().deactivate(backend.context, drive);
        if (!drives().activates) expect([on, off]).toEqual([[], []]);
        else {
          expect((await states(on)).at(-1)).toBe("done");
          expect((await volume(drive))?.isActive).toBe(true);
          expect((await states(off)).at(-1)).toBe("done");
          expect((await volume(drive))?.isActive).toBe(false);
        }
        return drive;
      }),
    );

    it(says("again-same"), IN_ORDER, () =>
      withDrive(async (drive) => {
        await backend.sh(layout.write, drive.id);
        expect(await states(drives().create(backend.context, drive))).not.toContain("done");
        expect(await isBlank(drive)).toBe(false);
        expect((await backend.check()).volumes).toHaveLength(1);
        return drive;
      }),
    );

    it(says("again-other"), IN_ORDER, () =>
      withDrive(async (drive) => {
        await backend.sh(layout.write, drive.id);
        const again = await states(drives().create(backend.context, { ...drive, size: 32 * MIB }));
        expect(["refused", "failed"]).toContain(again.at(-1));
        expect((await volume(drive))?.size).toBe(drive.size);
        expect(await isBlank(drive)).toBe(false);
        return drive;
      }),
    );

    it(says("grow"), IN_ORDER, () =>
      withDrive(async (drive) => {
        await backend.sh(layout.write, drive.id);
        const grown = await grows(drive, 32 * MIB);
        await states(drives().grow(backend.context, grown, 16 * MIB));
        expect((await volume(grown))?.size).toBe(32 * MIB);
        expect(await isBlank(grown)).toBe(false);
        return grown;
      }),
    );

    it(says("relabel"), IN_ORDER, () =>
      withDrive(async (drive) => {
        expect(await states(drives().relabel(backend.context, drive, "renamed"))).toEqual(["done"]);
        expect(await volume(drive)).toMatchObject({ label: "renamed", drive: drive.id });
        return { ...drive, label: "renamed" };
      }),
    );

    it(says("in-use-kept"), IN_ORDER, () =>
      withDrive(async (drive) => {
        await states(drives().activate(backend.context, drive));
        const path = layout.path.replace("$ID", drive.id);
        await backend.sh('exec 9<"$1"; setsid sleep 600 >/dev/null 2>&1 </dev/null & echo $! >/run/holder', path);
        const refused = (await backend.perform(drives().remove(backend.context, drive))).at(-1);
        expect(refused).toMatchObject({ state: "refused", output: expect.stringContaining("spindle: in-use") });
        const step = drives()
          .remove(backend.context, drive)
          .find(({ id }) => id === refused?.id);
        expect(step?.failures?.find(({ match }) => refused?.output.includes(match))?.message.key).toContain("in-use");
        await backend.sh("kill $(cat /run/holder); while kill -0 $(cat /run/holder) 2>/dev/null; do sleep 0.1; done");
        await states(drives().deactivate(backend.context, drive));
        await gone(drive);
        return null;
      }),
    );

    it(says("delete-absent"), IN_ORDER, async () => {
      const removed = new Set(await states(drives().remove(backend.context, fresh())));
      expect(removed).toEqual(new Set(["skipped"]));
    });

    it(says("delete"), IN_ORDER, async () => {
      const before = await free();
      const drive = await made();
      expect(await free()).toBeLessThan(before);
      await gone(drive);
      expect(await free()).toBe(before);
    });

    it(says("life-twice"), IN_ORDER, async () => {
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
        expect(first).toSatisfy(wentWell);
        const second = await states(steps);
        // A step whose effect a later one has changed again is not asked for: the last one's is there.
        if (second.length > 0) expect(second.at(-1)).toBe("skipped");
      }
      expect((await backend.check()).volumes).toEqual([]);
    });

    it(says("old-data"), IN_ORDER, async () => {
      await backend.sh(layout.soil);
      const drive = await made(fresh("new", 64 * MIB));
      expect(await isBlank(drive)).toBe(true);
      const grown = await grows(drive, 128 * MIB);
      expect(await isBlank(grown)).toBe(true);
      await gone(grown);
    });

    it(says("stranger"), IN_ORDER, async () => {
      const drive = fresh();
      await backend.sh(layout.stranger, drive.id);
      const again = await states(drives().create(backend.context, drive));
      expect(["refused", "failed"]).toContain(again.at(-1));
      const removed = await states(drives().remove(backend.context, drive));
      expect([removed.at(-1), removed.includes("done")]).toEqual(["refused", false]);
      const unknown = (await backend.check()).volumes?.filter((one) => one.drive === null) ?? [];
      expect(unknown.map(({ name }) => name.split(".")[0])).toEqual([drive.id]);
      await takeBack(backend.run, drives().create(backend.context, drive).slice(0, 1));
      expect((await backend.check()).volumes).toHaveLength(1);
      await backend.sh(layout.noStranger, drive.id);
    });

    it(says("other-storage"), IN_ORDER, async () => {
      const kept = await made();
      const drive = fresh();
      await backend.sh(layout.swap);
      expect((await states(drives().create(backend.context, drive))).at(-1)).toBe("refused");
      expect((await states(drives().remove(backend.context, kept))).at(-1)).toBe("refused");
      const left = await takeBack(backend.run, drives().create(backend.context, kept));
      expect(left[0]).toMatchObject({ state: "refused", output: expect.stringContaining("spindle: ") });
      await backend.sh(layout.swapBack);
      expect(await volume(kept)).toMatchObject({ drive: kept.id });
      await gone(kept);
    });

    it(says("taken-back"), IN_ORDER, async () => {
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

    it(says("killed"), IN_ORDER, async () => {
      const steps = drives().create(backend.context, fresh("cut", 64 * MIB));
      for (const [index, step] of steps.entries()) {
        const drive = { ...fresh("cut", 64 * MIB) };
        const own = drives().create(backend.context, drive);
        await backend.perform(own.slice(0, index));
        const { argv } = own[index]?.command ?? step.command;
        await backend.sh('timeout -s KILL 0.3 "$@"; exit 0', ...argv);
        expect(await backend.perform(own)).toSatisfy(wentWell);
        expect(await volume(drive)).toMatchObject({ size: drive.size, isBlanking: false });
        expect(await isBlank(drive)).toBe(true);
        await gone(drive);
      }
    });

    const { half } = layout;
    if (half)
      it(says("half-done"), IN_ORDER, async () => {
        for (const script of half.made) {
          const drive = fresh();
          const steps = drives().create(backend.context, drive);
          await backend.perform(steps.slice(0, 1));
          expect(await backend.sh(script, drive.id)).toMatchObject({ code: 0 });
          expect(await backend.perform(steps)).toSatisfy(wentWell);
          expect(await isBlank(drive)).toBe(true);
          await gone(drive);
        }
        const drive = await made();
        const grown = { ...drive, size: 32 * MIB };
        await backend.perform(drives().activate(backend.context, drive));
        const steps = drives().grow(backend.context, drive, grown.size);
        await backend.perform(steps.slice(0, -1));
        expect(await backend.sh(half.grown, drive.id, String(drive.size))).toMatchObject({ code: 0 });
        expect(await backend.perform(steps)).toSatisfy(wentWell);
        expect(await isBlank(grown)).toBe(true);
        await gone(grown);
        await nothingLeft(grown);
      });

    it(says("two-creates"), IN_ORDER, async () => {
      const drive = fresh();
      const ask = () => backend.perform(drives().create(backend.context, drive));
      const both = await Promise.all([ask(), ask()]);
      expect(both.filter(wentWell)).not.toEqual([]);
      for (const late of both.filter((one) => !wentWell(one))) expect(late.at(-1)?.output).not.toBe("");
      const { volumes } = await backend.check();
      expect(volumes).toMatchObject([{ drive: drive.id, size: drive.size, isOpen: false, isBlanking: false }]);
      expect(await litter(drive)).toBe("");
      expect(await isBlank(drive)).toBe(true);
      await gone(drive);
    });

    it(says("grow-and-delete"), IN_ORDER, async () => {
      const drive = await made();
      const [grown, removed] = await Promise.all([
        backend.perform(drives().grow(backend.context, drive, 32 * MIB)),
        backend.perform(drives().remove(backend.context, drive)),
      ]);
      for (const late of [grown, removed].filter((one) => !wentWell(one))) expect(late.at(-1)?.output).not.toBe("");
      const found = await volume(drive);
      if (wentWell(removed)) expect(found).toBeNull();
      else {
        expect(grown).toSatisfy(wentWell);
        expect(found).toMatchObject({ size: 32 * MIB, isBlanking: false });
        await gone({ ...drive, size: 32 * MIB });
      }
      await nothingLeft(drive);
    });

    it(says("other-locale"), IN_ORDER, () =>
      backend.amid(german, async () => {
        // The panel says in which language it wants to be answered; who doesn't is answered in German.
        const { stderr } = await backend.run({ argv: ["env", "-u", "LC_ALL", "cat", "/nowhere"] });
        expect(stderr).toContain(GERMAN_WORDS["No such file or directory"]);
        await life();
      }),
    );

    it(says("noise"), IN_ORDER, () =>
      backend.amid(noisy, async () => {
        const { code, stdout, stderr } = await backend.run({ argv: ["vgs"] });
        expect([code, stdout.split("\n")[0]]).toEqual([0, expect.stringContaining("Welcome")]);
        expect(stderr).toMatch(/quota[\s\S]*libgone[\s\S]*locking_type/);
        await life();
      }),
    );

    it(says("lost-midway"), IN_ORDER, async () => {
      const [goneOn, undone] = [fresh(), fresh()];
      const stepsOf = (drive: DriveSpec) => drives().create(backend.context, drive);
      for (const drive of [goneOn, undone]) await backend.perform(stepsOf(drive).slice(0, 1));
      const next = stepsOf(goneOn)[1];
      if (!next?.precondition) throw new Error("a second step that is proven");
      expect((await backend.run(next.precondition.command)).code).toBe(0);
      await backend.lose();
      try {
        const cut = await backend.run(next.command);
        expect(cut.code).not.toBe(0);
        expect(cut.stdout + cut.stderr).toMatch(layout.lost);
        const last = (await backend.perform(stepsOf(goneOn))).at(-1);
        expect(["refused", "failed"]).toContain(last?.state);
        expect(last?.output).toMatch(layout.lost);
        expect(await takeBack(backend.run, stepsOf(undone))).not.toEqual([]);
      } finally {
        await backend.regain();
      }
      expect(await backend.perform(stepsOf(goneOn))).toSatisfy(wentWell);
      expect(await takeBack(backend.run, stepsOf(undone))).toEqual([]);
      const { volumes } = await backend.check();
      expect(volumes).toMatchObject([{ drive: goneOn.id, size: goneOn.size, isBlanking: false }]);
      expect(await isBlank(goneOn)).toBe(true);
      await gone(goneOn);
      await nothingLeft(goneOn, undone);
    });
  },
);
