import { describe, expect, it } from "vitest";
import type { Place } from "./place.ts";
import { networkLvmConfig } from "./config.ts";
import { noReloginStep, reloginStep } from "./relogin.ts";

const config = networkLvmConfig.parse({
  ...{ portals: "10.0.0.1 [fd00::1]:3261", target: "iqn.2026-01.lab.host:san", vgName: "net0" },
  ...{ wwid: "360000000000000000e00000000010001", chapUser: "u", chapSecret: "se_0123456789abcdef" },
});
const place = { config, owner: { panelId: "pa_1", storageId: "st_1" }, target: "nd_1" } as Place;
const argv = reloginStep(place).command.argv;

describe("logging in again where a session is missing", () => {
  it("asks every portal of the storage's own target, and no other", () => {
    expect((argv[5] ?? "").match(/^ExecStart=.*/gm)).toEqual([
      "ExecStart=-iscsiadm -m node -T iqn.2026-01.lab.host:san -p 10.0.0.1:3260 --login",
      "ExecStart=-iscsiadm -m node -T iqn.2026-01.lab.host:san -p [fd00::1]:3261 --login",
    ]);
  });

  it("has no secret in it: they are in the records", () => {
    expect(JSON.stringify([reloginStep(place), noReloginStep(place)])).not.toContain("se_0123456789abcdef");
  });

  it("makes a login that is missing due after a boot and again after each try, in units that are the panel's by name", () => {
    expect(argv.slice(4, 5)).toEqual(["spindle-st-1-login"]);
    expect(argv[6]).toMatch(/^OnBootSec=60$/m);
    expect(argv[6]).toMatch(/^OnUnitInactiveSec=60$/m);
    expect((argv[5] ?? "").split("\n")[0]).toBe("# spindle pa_1 st_1");
  });

  it("ends with what it began with", () => {
    expect(noReloginStep(place).undo).toMatchObject({ command: reloginStep(place).command });
    expect(reloginStep(place).undo).toMatchObject({ command: noReloginStep(place).command });
  });
});
