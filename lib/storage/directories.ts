import { z } from "zod";
import type { Command } from "../domain/plan.ts";
import type { Reader } from "./contract.ts";
import { readSections, readWords, SECTION_SCRIPT } from "./sections.ts";

/** A file system as the node's mount table has it. */
export interface FileSystem {
  /** Empty where it has none. */
  uuid: string;
  source: string;
  type: string;
  target: string;
  options: string[];
  /** Directory of the file system that is mounted: `/` but for bind mounts and subvolumes. */
  root: string;
  /** `major:minor`: one file system, however often it is mounted. */
  device: string;
}

/** A directory before a join: what is there, and what it would lie on. Bytes. */
export interface DirectoryFacts {
  path: string;
  kind: "directory" | "link" | "other" | "missing";
  /** Directories that would have to be made, outermost first. */
  missing: string[];
  /** With every symbolic link followed, as far as it exists. */
  real: string;
  fs: FileSystem | null;
  /** `stat -f -c %i`. */
  fsid: string;
  size: number | null;
  free: number | null;
  /** Names in it, at most 200 are counted; the mark itself and `lost+found` are not. */
  entries: number;
  /** First line of its `.spindle`; null without one. */
  marker: string | null;
}

const SCRIPT = `${SECTION_SCRIPT}
for path; do
  at=$path missing=
  while [ ! -e "$at" ] && [ ! -L "$at" ]; do
    missing="$at \${missing}"
    at=\${at%/*}
    [ -n "$at" ] || at=/
  done
  section "$path"
  printf 'missing %s\\n' "$missing"
  if [ -L "$at" ]; then echo 'kind link'; elif [ -d "$at" ]; then echo 'kind directory'; else echo 'kind other'; fi
  printf 'real %s\\n' "$(readlink -f -- "$at")"
  printf 'space %s\\n' "$(timeout -k 1 3 stat -f -c '%i %S %b %a' -- "$at" 2>/dev/null)"
  if [ -d "$path" ]; then
    printf 'entries %s\\n' "$(ls -A -- "$path" 2>/dev/null | grep -cvx -e .spindle -e lost+found -e .spindle-probe -m 200)"
    [ -e "$path/.spindle" ] && printf 'marker %s\\n' "$(head -c 4096 -- "$path/.spindle" | head -n 1)"
  fi
  section "mount:$path"
  findmnt -J -o UUID,SOURCE,FSTYPE,TARGET,OPTIONS,FSROOT,MAJ:MIN -T "$at" 2>/dev/null
done
section end
`;

/** Reads a few directories; nothing is written, nothing is opened but their lists of names. */
export function directoriesCommand(paths: readonly string[]): Command {
  return { argv: ["sh", "-c", SCRIPT, "spindle", ...paths], timeoutMs: 45_000 };
}

const mountSchema = z.object({
  filesystems: z
    .array(
      z.object({
        uuid: z.string().nullish(),
        source: z.string().nullish(),
        fstype: z.string().nullish(),
        target: z.string(),
        options: z.string().nullish(),
        fsroot: z.string().nullish(),
        "maj:min": z.string().nullish(),
      }),
    )
    .min(1),
});

function readMount(json: string): FileSystem | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    // findmnt prints nothing where it finds nothing.
    return null;
  }
  const mount = mountSchema.safeParse(parsed).data?.filesystems[0];
  if (!mount) return null;
  return {
    uuid: mount.uuid ?? "",
    source: mount.source ?? "",
    type: mount.fstype ?? "",
    target: mount.target,
    options: (mount.options ?? "").split(","),
    root: mount.fsroot || "/",
    device: (mount["maj:min"] ?? "").trim(),
  };
}

function bytes(blocks: string | undefined, unit: string | undefined): number | null {
  const value = Number(blocks) * Number(unit);
  return blocks && unit && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function readOne(path: string, block: string, mount: string): DirectoryFacts {
  const words = readWords(block);
  const missing = (words.get("missing") ?? "").split(" ").filter((part) => part !== "");
  const kind = words.get("kind");
  const [fsid = "", unit, total, available] = (words.get("space") ?? "").split(" ");
  const isThere = missing.length === 0;
  return {
    path,
    kind: !isThere && kind === "directory" ? "missing" : kind === "directory" || kind === "link" ? kind : "other",
    missing,
    real: words.get("real") ?? "",
    fs: readMount(mount),
    fsid,
    size: bytes(total, unit),
    free: bytes(available, unit),
    entries: Math.max(0, Math.trunc(Number(words.get("entries") ?? 0))) || 0,
    marker: words.get("marker") ?? null,
  };
}

/** Reads the answer of `directoriesCommand`. Throws an Error when a path's section is missing. */
export function readDirectories(stdout: string, paths: readonly string[]): DirectoryFacts[] {
  const sections = readSections(stdout);
  return paths.map((path) => {
    const block = sections.get(path);
    if (block === undefined) throw new Error(`The node did not answer about ${path}`);
    return readOne(path, block, sections.get(`mount:${path}`) ?? "");
  });
}

/** Looks at directories on a node. Throws PanelError when the connection fails or the node does not answer in time. */
export async function lookAtDirectories(read: Reader, paths: readonly string[]): Promise<DirectoryFacts[]> {
  const { stdout } = await read(directoriesCommand(paths));
  return readDirectories(stdout, paths);
}

/** What a directory's file system is pinned by: its UUID, else `fsid:…`, else empty (see the drivers' identities). */
export function fileSystemId(directory: DirectoryFacts): string {
  if (directory.fs?.uuid) return directory.fs.uuid;
  return directory.fsid ? `fsid:${directory.fsid}` : "";
}

/** Where the directory is within its file system, whatever mount or link leads there. */
export function placeInFileSystem(directory: DirectoryFacts): { scope: string; path: string } {
  const { fs, real, missing, path } = directory;
  if (!fs) return { scope: "unknown", path };
  const below = fs.target === "/" ? real : real.slice(fs.target.length);
  const tail =
    missing.length > 0 ? (missing.at(-1) as string).slice((parentOf(missing[0] as string) || "").length) : "";
  const joined = `${fs.root === "/" ? "" : fs.root}${below === "/" ? "" : below}${tail}`;
  return { scope: fs.device || fs.source, path: joined || "/" };
}

const parentOf = (path: string) => path.slice(0, path.lastIndexOf("/"));
