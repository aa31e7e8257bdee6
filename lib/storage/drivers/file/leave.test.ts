import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Check, Command, NodeStep } from "../../../domain/plan.ts";
import { leaveFile } from "./leave.ts";
import { markerLine } from "./marker.ts";

const owner = { panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 };
const line = markerLine(owner, "nd_1");
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "spindle-leave-"));
  await mkdir(join(root, "srv/vm"), { recursive: true });
  await writeFile(join(root, "srv/vm/.spindle"), `${line}\n`);
});
afterEach(() => rm(root, { recursive: true }));

const planned = (made: string[]) =>
  leaveFile({
    config: { vmDir: `${root}/srv/vm` },
    dirs: { imageDir: "/image", shareDir: "/share" },
    ...{ owner, details: null, target: "nd_1" },
    identity: { marker: line, vmFs: "x", imageFs: "", shareFs: "", made: made.map((path) => root + path).join(",") },
  });

const steps = (made: string[]): NodeStep[] => planned(made).steps;
const run = ({ argv: [program = "", ...args] }: Command) => spawnSync(program, args).status;
const passes = (check: Check | undefined) => check !== undefined && run(check.command) === (check.code ?? 0);
const leave = (made: string[]) => {
  for (const step of steps(made)) expect(run(step.command), step.id).toBe(0);
};
const there = (path: string) => existsSync(root + path);

describe("a File storage leaves a node @P03 @P14", () => {
  it("takes its mark and the directories that its join made", () => {
    leave(["/srv", "/srv/vm"]);
    expect([there("/srv"), there("")]).toEqual([false, true]);
  });

  it("leaves directories that were there before", () => {
    leave([]);
    expect([there("/srv/vm"), there("/srv/vm/.spindle")]).toEqual([true, false]);
  });

  it("leaves what is not empty, with everything in it", async () => {
    await writeFile(join(root, "srv/vm/somebody.qcow2"), "data");
    leave(["/srv", "/srv/vm"]);
    expect(await readFile(join(root, "srv/vm/somebody.qcow2"), "utf8")).toBe("data");
  });

  it("leaves another owner's mark", async () => {
    await writeFile(join(root, "srv/vm/.spindle"), "another\n");
    leave(["/srv/vm"]);
    expect(await readFile(join(root, "srv/vm/.spindle"), "utf8")).toBe("another\n");
  });

  it("says what stays where nothing can be run", () => {
    const path = `${root}/srv/vm`;
    expect(planned(["/srv/vm"]).left).toEqual([
      { key: "file.left.mark", values: { path: `${path}/.spindle` } },
      { key: "file.left.directory", values: { path } },
    ]);
  });

  it("done twice it is the same as done once, and undone it is as before", async () => {
    leave(["/srv", "/srv/vm"]);
    leave(["/srv", "/srv/vm"]);
    const undo = () => {
      for (const step of steps(["/srv", "/srv/vm"]).toReversed())
        if ("command" in step.undo) expect(run(step.undo.command), step.id).toBe(0);
    };
    undo();
    undo();
    expect(await readFile(join(root, "srv/vm/.spindle"), "utf8")).toBe(`${line}\n`);
    for (const step of steps([])) expect(passes(step.alreadyDone), step.id).toBe(false);
  });
});
