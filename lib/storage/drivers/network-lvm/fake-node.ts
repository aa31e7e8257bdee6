import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** A node whose sysfs, tables and programs are files of a test: what scripts about sessions and LUNs see and call. */

export const TARGET = "iqn.2026-01.lab.host:san1";
export const WWID = "360000000000000000e00000000010001";
export const KERNEL = `naa.${WWID.slice(1)}`;
export const GIB_SECTORS = 2097152;

export let folder: string;

/** Before each test of a file: a node of its own, with nothing on it. */
export function onFakeNode(): void {
  beforeEach(makeNode);
  afterEach(() => rmSync(folder, { recursive: true }));
}

function makeNode(): void {
  folder = mkdtempSync(join(tmpdir(), "spindle-sysfs-"));
  for (const path of ["sys/class/iscsi_session", "sys/class/block", "dev", "etc"])
    mkdirSync(join(folder, path), { recursive: true });
  symlinkSync("/dev/null", join(folder, "dev/null"));
  file("proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw");
  program("udevadm", "exit 0");
}

export function file(path: string, text = ""): void {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, `${text}\n`);
}

export function program(name: string, body: string): void {
  file(`bin/${name}`, `#!/bin/sh\n${body}`);
  chmodSync(join(folder, "bin", name), 0o755);
}

export function session(number: number, change: { state?: string; address?: string; target?: string } = {}): void {
  const { state = "LOGGED_IN", address = `10.0.0.${number}`, target = TARGET } = change;
  file(`sys/class/iscsi_session/session${number}/targetname`, target);
  file(`sys/class/iscsi_session/session${number}/state`, state);
  file(`sys/class/iscsi_connection/connection${number}:0/persistent_address`, address);
  file(`sys/class/iscsi_connection/connection${number}:0/persistent_port`, "3260");
}

/** A disk on a session, or on something else (0). */
export function disk(
  name: string,
  on: number,
  change: { wwid?: string; state?: string; sectors?: number } = {},
): string {
  const place = on === 0 ? `sys/devices/ata1/${name}` : `sys/devices/host${on}/session${on}/target0/block/${name}`;
  file(`${place}/device/wwid`, change.wwid ?? KERNEL);
  file(`${place}/device/state`, change.state ?? "running");
  file(`${place}/size`, String(change.sectors ?? GIB_SECTORS));
  file(`${place}/dev`, `8:${name.charCodeAt(2)}`);
  symlinkSync(join(folder, place), join(folder, "sys/class/block", name));
  return place;
}

export function multipath(
  change: { wwid?: string; suspended?: string; sectors?: number; slaves?: string[]; device?: string } = {},
): void {
  const place = `sys/class/block/${change.device ?? "dm-28"}`;
  file(`${place}/dm/uuid`, `mpath-${change.wwid ?? WWID}`);
  // As it is called where names are to be friendly.
  file(`${place}/dm/name`, "mpatha");
  file(`${place}/dm/suspended`, change.suspended ?? "0");
  file(`${place}/size`, String(change.sectors ?? GIB_SECTORS));
  file(`${place}/dev`, "253:28");
  for (const slave of change.slaves ?? ["sdb", "sdc"]) file(`${place}/slaves/${slave}/x`);
}

/** A mapped device on a disk. */
export function held(name: string, by: string, uuid: string): void {
  file(`sys/class/block/${name}/holders/dm-30/dm/name`, by);
  file(`sys/class/block/${name}/holders/dm-30/dm/uuid`, uuid);
}

/** Two portals, a path on each, and multipath above them. */
export function healthy(): void {
  session(1);
  session(2);
  disk("sdb", 1);
  disk("sdc", 2);
  multipath();
}

/** A script on the node of the test's folder. */
export function sh(script: string, ...words: string[]) {
  const moved = [
    "/sys/class",
    "/proc/self/mountinfo",
    "/etc/iscsi",
    "/var/lib/iscsi",
    "/etc/multipath",
    "/etc/systemd",
    "/dev/",
  ].reduce((text, path) => text.replaceAll(path, folder + path), script);
  const argv = ["-i", `PATH=${folder}/bin:/usr/bin:/bin`, "sh", "-c", moved, "spindle", ...words];
  const { status, stdout, stderr } = spawnSync("env", argv, { encoding: "utf8" });
  return { status, said: stdout + stderr, lines: stdout.split("\n").filter((line) => line !== "") };
}
