import type { NodeStep } from "../../../domain/plan.ts";
import type { PreflightRow } from "../../../domain/preflight.ts";
import { type Text, text } from "../../../domain/text.ts";
import { formatBytes } from "../../../domain/units.ts";
import type { ClusterDirs, Identity, JoinContext, JoinPlan, Reader } from "../../contract.ts";
import { type DirectoryFacts, fileSystemId, lookAtDirectories, placeInFileSystem } from "../../directories.ts";
import { directoryRow, makeDirectorySteps } from "../../directory-steps.ts";
import type { FileConfig } from "./config.ts";
import type { FileIdentity } from "./identity.ts";
import { markerLine, markerStep, readMarker } from "./marker.ts";

/** QEMU's own user passes through to the drives by name; nobody else sees the list of them. */
export const VM_DIR_MODE = "0711";
/** Less than this left on a partition is worth a word. */
const LITTLE_SPACE = 1024 ** 3;

export interface FileFacts {
  vm: DirectoryFacts;
  image: DirectoryFacts;
  share: DirectoryFacts;
}

/** Looks at the three directories in one read. */
export async function readFileFacts(read: Reader, config: FileConfig, dirs: ClusterDirs): Promise<FileFacts> {
  const [vm, image, share] = (await lookAtDirectories(read, [config.vmDir, dirs.imageDir, dirs.shareDir])) as [
    DirectoryFacts,
    DirectoryFacts,
    DirectoryFacts,
  ];
  return { vm, image, share };
}

function spaceRow({ size, free, fs }: DirectoryFacts): PreflightRow {
  const title = text("file.row.space");
  if (size === null || free === null) {
    return {
      id: "space",
      state: "fail",
      title,
      detail: text("file.space.unknown"),
      advice: text("file.space.unknown-advice"),
    };
  }
  const detail = text("file.space.figures", {
    source: fs?.source ?? "",
    size: formatBytes(size),
    free: formatBytes(free),
  });
  if (free >= LITTLE_SPACE) return { id: "space", state: "pass", title, detail };
  return { id: "space", state: "warning", title, detail, advice: text("file.space.little-advice") };
}

function contentsRow({ owner, target }: JoinContext<FileConfig>, vm: DirectoryFacts): PreflightRow {
  const title = text("file.row.contents");
  const row = (
    state: PreflightRow["state"],
    key: string,
    values: Record<string, string | number> = {},
  ): PreflightRow => ({
    id: "contents",
    state,
    title,
    detail: text(`file.contents.${key}`, { path: vm.path, entries: vm.entries, ...values }),
    ...(state === "pass" ? {} : { advice: text(`file.contents.${key}-advice`, { path: vm.path }) }),
  });
  if (vm.marker !== null) {
    if (vm.marker === markerLine(owner, target)) return row("pass", "marked");
    const marker = readMarker(vm.marker);
    if (!marker) return row("fail", "odd-mark");
    return marker.panel === owner.panelId
      ? row("fail", "other-storage", { storage: marker.storage })
      : row("fail", "other-panel", { panel: marker.panel });
  }
  if (vm.entries > 0) return row("warning", "not-empty");
  return row("pass", "empty");
}

function notesOf({ vm, image, share }: FileFacts): Text[] {
  const others = [image, share].filter((directory) => fileSystemId(directory) !== fileSystemId(vm));
  return others.map((directory) =>
    text("file.note.other-partition", { path: directory.path, vm: vm.path, source: directory.fs?.source ?? "" }),
  );
}

/** What a File storage needs of a node, and what would run there. Pure. */
export function joinFile(context: JoinContext<FileConfig>, facts: FileFacts): JoinPlan {
  const { config, target } = context;
  const { vm } = facts;
  const rows = [directoryRow("directory", vm, "fail"), spaceRow(vm), contentsRow(context, vm)];
  const canJoin = rows.every((row) => row.state !== "fail");
  const marker = markerLine(context.owner, target);
  const identity: FileIdentity = {
    marker,
    vmFs: fileSystemId(vm),
    imageFs: fileSystemId(facts.image),
    shareFs: fileSystemId(facts.share),
    made: vm.missing.join(","),
  };
  const place = placeInFileSystem(vm);
  return {
    rows,
    steps: canJoin ? stepsFor(target, vm, marker) : [],
    identity: canJoin ? (identity satisfies Identity) : null,
    notes: notesOf(facts),
    uses: [{ what: "tree", scope: place.scope, value: place.path, label: config.vmDir, isCapacity: true }],
  };
}

function stepsFor(target: string, vm: Pick<DirectoryFacts, "path" | "missing">, marker: string): NodeStep[] {
  return [...makeDirectorySteps(target, "vm-dir", vm, VM_DIR_MODE), markerStep(target, vm.path, marker)];
}

/** The steps as far as they are known without a node: as if the directory were not there yet. */
export function previewFile({ config, owner, target }: JoinContext<FileConfig>): { steps: NodeStep[]; notes: Text[] } {
  const steps = stepsFor(target, { path: config.vmDir, missing: [config.vmDir] }, markerLine(owner, target));
  return { steps, notes: [text("file.note.preview", { path: config.vmDir })] };
}
