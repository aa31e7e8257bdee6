import type { Check, NodeStep, Undo } from "../domain/plan.ts";
import type { PreflightRow } from "../domain/preflight.ts";
import { text } from "../domain/text.ts";
import { type DirectoryFacts, fileSystemId } from "./directories.ts";

/** File systems that forget: what lies on them is gone with a reboot. */
const VOLATILE = ["tmpfs", "ramfs", "devtmpfs", "rootfs", "squashfs", "iso9660", "proc", "sysfs"];
/** File systems of other machines. */
const REMOTE = ["nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "virtiofs", "fuse.sshfs", "fuse.glusterfs", "glusterfs"];

const isRemote = (type: string) => REMOTE.includes(type);

/** Passes when the directory is there itself, not a link to one. */
export function isDirectory(path: string): Check {
  return { command: { argv: ["find", path, "-maxdepth", "0", "-type", "d"] }, stdout: path };
}

/** Removes a directory that is empty; one that is gone already counts as removed, one that is not empty stays. */
function removeEmpty(path: string): Undo {
  const script = '[ -d "$1" ] || exit 0; rmdir -- "$1"';
  return {
    title: text("join.step.remove-directory", { path }),
    command: { argv: ["sh", "-c", script, "spindle", path] },
  };
}

/** Steps that make a directory and those above it that are missing. `mode` is the innermost one's. */
export function makeDirectorySteps(
  target: string,
  id: string,
  directory: Pick<DirectoryFacts, "path" | "missing">,
  mode: string,
): NodeStep[] {
  return directory.missing.map((path, index) => ({
    kind: "node",
    id: directory.missing.length === 1 ? id : `${id}-${index + 1}`,
    target,
    title: text("join.step.make-directory", { path }),
    // Fails when anything of that name is there by then, a link included.
    command: { argv: ["mkdir", "-m", path === directory.path ? mode : "0755", "--", path] },
    alreadyDone: isDirectory(path),
    undo: removeEmpty(path),
  }));
}

/** What there is to say about one directory, before it is made or used: one row, the gravest finding. */
export function directoryRow(id: string, directory: DirectoryFacts, remote: "fail" | "warning"): PreflightRow {
  const { path, fs } = directory;
  const title = text("join.row.directory", { path });
  const row = (state: PreflightRow["state"], key: string): PreflightRow => ({
    id,
    state,
    title,
    detail: text(`join.directory.${key}`, {
      path,
      type: fs?.type ?? "",
      source: fs?.source ?? "",
      target: fs?.target ?? "",
      entries: directory.entries,
    }),
    ...(state === "pass" ? {} : { advice: text(`join.directory.${key}-advice`, { path, target: fs?.target ?? "" }) }),
  });
  if (directory.kind === "link") return row("fail", "link");
  if (directory.kind === "other") return row("fail", "not-directory");
  if (!fs || fileSystemId(directory) === "") return row("fail", "unknown");
  if (fs.options.includes("ro")) return row("fail", "read-only");
  if (VOLATILE.includes(fs.type)) return row("fail", "volatile");
  if (isRemote(fs.type)) return row(remote, remote === "fail" ? "remote" : "remote-images");
  return row("pass", directory.kind === "missing" ? "will-be-made" : "there");
}
