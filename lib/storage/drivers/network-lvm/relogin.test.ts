import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Command, NodeStep, Undo } from "../../../domain/plan.ts";
import { networkLvmConfig } from "./config.ts";
import { file, folder, onFakeNode, program, sh } from "./fake-node.ts";
import type { Place } from "./place.ts";
import { noReloginSteps, reloginSteps } from "./relogin.ts";

onFakeNode();

const config = networkLvmConfig.parse({
  ...{ portals: "10.0.0.1 [fd00::1]:3261", target: "iqn.2026-01.lab.host:san", vgName: "net0" },
  ...{ wwid: "360000000000000000e00000000010001", chapUser: "u", chapSecret: "se_0123456789abcdef" },
});
const place = { config, owner: { panelId: "pa_1", storageId: "st_1" }, target: "nd_1" } as Place;
const steps = reloginSteps(place, place.config);
/** What the two units say. */
const [service = "", timer = ""] = steps.map(({ command }) => command.argv[5]);

describe("logging in again where a session is missing", () => {
  it("asks every portal of the storage's own target, and no other", () => {
    expect(service.match(/^ExecStart=.*/gm)).toEqual([
      "ExecStart=-iscsiadm -m node -T iqn.2026-01.lab.host:san -p 10.0.0.1:3260 --login",
      "ExecStart=-iscsiadm -m node -T iqn.2026-01.lab.host:san -p [fd00::1]:3261 --login",
    ]);
  });

  it("has no secret in it: they are in the records", () => {
    expect(JSON.stringify([steps, noReloginSteps(place, place.config)])).not.toContain("se_0123456789abcdef");
  });

  it("makes a login that is missing due after a boot and again after each try, in units that are the panel's by name", () => {
    expect(steps.slice(0, 2).map(({ command }) => command.argv[4])).toEqual([
      "/etc/systemd/system/spindle-st-1-login.service",
      "/etc/systemd/system/spindle-st-1-login.timer",
    ]);
    expect(timer).toMatch(/^OnBootSec=60$/m);
    expect(timer).toMatch(/^OnUnitInactiveSec=60$/m);
    expect(timer).toMatch(/^WantedBy=timers.target$/m);
    for (const text of [service, timer]) expect(text.split("\n")[0]).toBe("# spindle pa_1 st_1");
  });

  it("ends with what it began with, each step the undo of another", () => {
    const undone = (all: NodeStep[]) => all.toReversed().map(({ undo }) => (undo as Undo).command);
    expect(undone(steps)).toEqual(noReloginSteps(place, place.config).map(({ command }) => command));
    expect(undone(noReloginSteps(place, place.config))).toEqual(steps.map(({ command }) => command));
  });
});

describe("on a node", () => {
  const units = () => join(folder, "etc/systemd/system");
  const run = ({ argv: [, , script = "", , ...words] }: Command) =>
    sh(script, ...words.map((word) => word.replace("/etc/systemd/system", units()))).status;
  const codes = (all: NodeStep[]) => all.map(({ command }) => run(command));
  const asked = () => readFileSync(join(folder, "asked"), "utf8").trim().split("\n");
  const seen = () => readdirSync(units()).toSorted();
  const FILES = ["spindle-st-1-login.service", "spindle-st-1-login.timer"];
  /** Answers as if everything were done that it was asked for. */
  const withSystemd = () => {
    file("etc/systemd/system/admin.service", "theirs");
    program("systemctl", `echo "$*" >>${folder}/asked; [ "$1" != show ] || echo inactive`);
  };

  it("both units stand before the timer starts, and it has ended before they go", () => {
    withSystemd();
    expect(codes(steps)).toEqual([0, 0, 0]);
    expect(seen()).toEqual(["admin.service", ...FILES]);
    expect(readFileSync(join(units(), FILES[1] ?? ""), "utf8")).toBe(`${timer}\n`);
    expect(codes(noReloginSteps(place, place.config))).toEqual([0, 0, 0]);
    expect(seen()).toEqual(["admin.service"]);
    expect(asked()).toEqual([
      ...["enable --quiet --no-reload spindle-st-1-login.timer", "daemon-reload"],
      "start spindle-st-1-login.timer",
      ...["disable --quiet --now spindle-st-1-login.timer", "stop spindle-st-1-login.service"],
    ]);
  });

  it("where it does not end, that is told; where nothing is there, nothing is asked", () => {
    withSystemd();
    const [end] = noReloginSteps(place, place.config);
    expect(run(end!.command)).toBe(0);
    expect(existsSync(join(folder, "asked"))).toBe(false);
    codes(steps);
    program("systemctl", '[ "$1" != disable ]');
    expect(run(end!.command)).toBe(1);
    program("systemctl", '[ "$1" != stop ]');
    expect(run(end!.command)).toBe(1);
  });

  it("a unit of that name with another text is neither written over nor taken away", () => {
    withSystemd();
    file(`etc/systemd/system/${FILES[0]}`, "another text");
    expect(run(steps[0]!.command)).not.toBe(0);
    const removals = noReloginSteps(place, place.config).slice(1);
    expect(codes(removals)).toEqual([0, 0]);
    expect(readFileSync(join(units(), FILES[0] ?? ""), "utf8")).toBe("another text\n");
  });

  it("has begun once the timer is both wanted at each boot and at work", () => {
    const begun = (refused: string) => {
      program("systemctl", `[ "$1" != ${refused} ]`);
      return run(steps.at(-1)!.alreadyDone!.command) === 0;
    };
    expect(["nothing", "is-enabled", "is-active"].map(begun)).toEqual([true, false, false]);
  });

  it("has not begun where systemd did not read the units", () => {
    program("systemctl", '[ "$1" != daemon-reload ]');
    expect(run(steps.at(-1)!.command)).toBe(1);
  });

  it("has ended once the timer starts at no boot and neither unit is at work", () => {
    const { alreadyDone } = noReloginSteps(place, place.config)[0]!;
    const ended = (state: string) => {
      program("systemctl", `case $* in *.service) echo ${state} ;; *) echo inactive ;; esac`);
      return run(alreadyDone!.command);
    };
    expect(["inactive", "failed", "activating", "active"].map(ended)).toEqual([0, 0, 1, 1]);
    mkdirSync(join(units(), "timers.target.wants"), { recursive: true });
    symlinkSync("/gone", join(units(), "timers.target.wants", "spindle-st-1-login.timer"));
    expect(ended("inactive")).toBe(1);
  });
});
