import { describe, expect, it } from "vitest";
import { type DirectoryFacts, fileSystemId, placeInFileSystem, readDirectories } from "./directories.ts";
import { directoryRow, makeDirectorySteps } from "./directory-steps.ts";

/** An answer as a node gives it. */
function answer(path: string, lines: string[], mount: object | null): string {
  const json = mount ? JSON.stringify({ filesystems: [mount] }) : "";
  return `\u001e${path}\u001f${lines.join("\n")}\n\u001emount:${path}\u001f${json}\n\u001eend\u001f`;
}
const ROOT = {
  uuid: "7594dff8",
  source: "/dev/vda",
  fstype: "ext4",
  target: "/",
  options: "rw,relatime",
  fsroot: "/",
  "maj:min": "254:0",
};
const one = (path: string, lines: string[], mount: object | null = ROOT) =>
  readDirectories(answer(path, lines, mount), [path])[0] as DirectoryFacts;
const SPACE = "space a1b2 4096 2000000 1500000";

describe("a directory as a node shows it", () => {
  it("is there, with its mark, its contents and its space", () => {
    const seen = one("/vm", ["missing ", "kind directory", "real /vm", SPACE, "entries 3", 'marker {"panel":"pa_1"}']);
    expect(seen).toMatchObject({
      kind: "directory",
      missing: [],
      entries: 3,
      marker: '{"panel":"pa_1"}',
      size: 8192000000,
      free: 6144000000,
    });
    expect(fileSystemId(seen)).toBe("7594dff8");
  });
  it("is missing with a parent: both are made, the outer one first, and go in reverse", () => {
    const seen = one("/srv/a/vm", ["missing /srv/a /srv/a/vm ", "kind directory", "real /srv", SPACE]);
    expect(seen).toMatchObject({ kind: "missing", missing: ["/srv/a", "/srv/a/vm"] });
    const steps = makeDirectorySteps("n", "vm-dir", seen, "0711");
    expect(steps.map((step) => step.command.argv.slice(1))).toEqual([
      ["-m", "0755", "--", "/srv/a"],
      ["-m", "0711", "--", "/srv/a/vm"],
    ]);
  });
  it("without a UUID it is known by the file system's id, without both by nothing", () => {
    expect(fileSystemId(one("/vm", ["kind directory", SPACE], { ...ROOT, uuid: null }))).toBe("fsid:a1b2");
    expect(fileSystemId(one("/vm", ["kind directory"], { ...ROOT, uuid: null }))).toBe("");
  });
  it("figures that make no sense are unknown, not zero", () => {
    expect(one("/vm", ["kind directory", "space a1 4096 9e30 x"])).toMatchObject({ size: null, free: null });
    expect(one("/vm", ["kind directory", "space "])).toMatchObject({ size: null, free: null });
  });
  it("an answer that leaves a path out is an error, not an empty directory", () => {
    expect(() => readDirectories("", ["/vm"])).toThrow(/did not answer/);
  });

  const ROWS: [string, string[], object | null, string][] = [
    ["a link", ["kind link", "real /other", SPACE], ROOT, "join.directory.link"],
    ["a file in its place", ["kind other", "real /vm", SPACE], ROOT, "join.directory.not-directory"],
    ["below a file", ["missing /file/vm ", "kind other", "real /file", SPACE], ROOT, "join.directory.not-directory"],
    ["no answer about its mount", ["kind directory", "real /vm", SPACE], null, "join.directory.unknown"],
    [
      "read-only",
      ["kind directory", "real /vm", SPACE],
      { ...ROOT, options: "ro,relatime" },
      "join.directory.read-only",
    ],
    ["in memory", ["kind directory", "real /vm", SPACE], { ...ROOT, fstype: "tmpfs" }, "join.directory.volatile"],
    ["on another machine", ["kind directory", "real /vm", SPACE], { ...ROOT, fstype: "nfs4" }, "join.directory.remote"],
  ];
  it.each(ROWS)("%s is refused", (_what, lines, mount, key) => {
    expect(directoryRow("d", one("/vm", lines, mount), "fail")).toMatchObject({ state: "fail", detail: { key } });
  });
});

describe("two paths are one place", () => {
  const DATA = { ...ROOT, target: "/data", source: "/dev/vdb", "maj:min": "254:16" };
  it("through a bind mount", () => {
    const direct = one("/data/vm", ["kind directory", "real /data/vm", SPACE], DATA);
    const bound = one("/vm", ["kind directory", "real /vm", SPACE], { ...DATA, target: "/vm", fsroot: "/vm" });
    expect(placeInFileSystem(bound)).toEqual(placeInFileSystem(direct));
  });
  it("through a link above it", () => {
    const direct = one("/data/vm", ["kind directory", "real /data/vm", SPACE], DATA);
    const linked = one("/link/vm", ["kind directory", "real /data/vm", SPACE], DATA);
    expect(placeInFileSystem(linked)).toEqual(placeInFileSystem(direct));
  });
  it("before they are made", () => {
    const below = one("/vm/a/b", ["missing /vm/a /vm/a/b ", "kind directory", "real /vm", SPACE]);
    expect(placeInFileSystem(below)).toEqual({ scope: "254:0", path: "/vm/a/b" });
    const atTop = one("/vm", ["missing /vm ", "kind directory", "real /", SPACE]);
    expect(placeInFileSystem(atTop)).toEqual({ scope: "254:0", path: "/vm" });
  });
});
