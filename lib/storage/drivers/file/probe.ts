import type { Cause, StorageCheck } from "../../../domain/live.ts";
import { type Text, text } from "../../../domain/text.ts";
import type { ClusterDirs, Identity, Ownership, ProbeFragment, RawCheck } from "../../contract.ts";
import {
  DIRS_SCRIPT,
  type DirLook,
  dirProblem,
  fileSystemOf,
  isFull,
  partitionsOf,
  readDirs,
  readOnlyCause,
} from "../../probe-dirs.ts";
import { type FileIdentity, fileIdentity, MARKER_FILE, WRITE_PROBE_FILE } from "./identity.ts";
import { readFileVolumes } from "./volumes.ts";

interface FileConfig {
  vmDir: string;
}

const SCRIPT = `
watch_file() {
  [ -d "$1" ] && seen=d
  [ -w "$1" ] && seen=\${seen}w
  [ -f "$1/.spindle" ] && seen=\${seen}m
  [ -w "$2" ] && seen=\${seen}i
  [ -w "$3" ] && seen=\${seen}s
}

# A block written, flushed and removed again: proves that the directory takes writes.
write_file() {
  dd if=/dev/zero of="$1" bs=4096 count=1 conv=excl,fsync oflag=nofollow status=none 2>&1
}

# Every file in the directory, the heads of the images, what stands beside them, and which of them QEMU holds a lock on.
# Three processes, however many drives there are.
volumes_file() {
  find "$1" -maxdepth 1 -type f ! -name '.*' ! -name '*.new' -printf 'file %D %i %s %b %f\\n'
  shift "$#"
  for image in *.qcow2; do
    [ -s "$image" ] && [ ! -L "$image" ] && set -- "$@" "$image"
  done
  if [ $# -gt 0 ]; then
    printf 'image %s\\n' "$@"
    head -q -c 32 -- "$@" | od -A n -v -t u8 -w32 --endian=big
  fi
  for beside in *.json; do
    [ -f "$beside" ] && [ ! -L "$beside" ] && IFS= read -r line <"$beside" && printf 'beside %s %s\\n' "$beside" "$line"
  done
  while read -r _ kind _ _ _ place _; do
    [ "$kind" = OFDLCK ] && printf 'lock %s\\n' "$place"
  done </proc/locks
  echo 'listed'
}

check_file() {
  look_dirs "vm=$1" "image=$2" "share=$3"
  [ -d "$1" ] && [ ! -L "$1" ] || return 1
  mark=
  if [ -f "$1/.spindle" ] && read -r mark <"$1/.spindle"; then
    printf 'marker %s\\n' "$mark"
  else
    printf 'nomarker %s\\n' "$(cat -- "$1/.spindle" 2>&1)"
    return 1
  fi
  (cd -- "$1" && volumes_file "$1")
  [ -w "$1" ] && ! due "$own.wrote" 10 && return 0
  : >"$own.wrote"
  said=$(write_file "$1/.spindle-probe")
  code=$?
  case $said in *'File exists'*)
    rm -f -- "$1/.spindle-probe"
    said=$(write_file "$1/.spindle-probe")
    code=$? ;;
  esac
  rm -f -- "$1/.spindle-probe" 2>/dev/null
  if [ "$code" = 0 ]; then echo "$clock" >"$own.wrote"; echo 'write ok'; else printf 'write failed %s\\n' "$said"; fi
  return "$code"
}
`;

/** The File storage's part of a node's probe. */
export function probeFile(config: FileConfig, dirs: ClusterDirs): ProbeFragment {
  return {
    script: DIRS_SCRIPT + SCRIPT,
    args: [config.vmDir, dirs.imageDir, dirs.shareDir],
    everySeconds: 15,
    // A flush waits for whatever else is being written; a busy disk is not a broken one.
    deadlineSeconds: 20,
  };
}

type Finding = Pick<StorageCheck, "outcome" | "cause" | "readOnly" | "full">;

/** Reads one check of a File storage: what is wrong first with the VM directory, then with the cluster's. */
export function readFileCheck(
  config: FileConfig,
  dirs: ClusterDirs,
  identity: Identity,
  raw: RawCheck,
  owner: Pick<Ownership, "panelId" | "storageId">,
): StorageCheck {
  if (raw.code === null) return { outcome: "late", cause: lateCause(config) };
  const pinned = fileIdentity.parse(identity);
  const looks = readDirs(raw.lines, { vm: config.vmDir, image: dirs.imageDir, share: dirs.shareDir });
  const [vm, image, share] = looks as [DirLook, DirLook, DirLook];
  const finding =
    vmFinding(vm, pinned, raw.lines) ??
    clusterDirFinding(image, pinned.imageFs) ??
    clusterDirFinding(share, pinned.shareFs);
  const space = vm.space;
  // Only the pinned directory's volumes are this storage's.
  const volumes = finding?.outcome === "failed" ? null : readFileVolumes(raw.lines, owner);
  const promised = volumes?.every((volume) => volume.size !== null || volume.drive === null)
    ? volumes.reduce((sum, volume) => sum + (volume.size ?? 0), 0)
    : null;
  return {
    ...(finding ?? { outcome: "ok" }),
    ...(volumes ? { volumes } : {}),
    figures: space ? { size: space.size, used: space.used, allocated: promised, free: space.free } : undefined,
    details: {
      capacityOf: fileSystemOf(vm),
      partitions: partitionsOf(looks),
      directories: looks.map(({ role, path, state }) => ({ role, path, state })),
    },
  };
}

function lateCause({ vmDir }: FileConfig): Cause {
  return { reason: text("live.file.late", { path: vmDir }), command: writeCommand(vmDir), output: "" };
}

const writeCommand = (vmDir: string) =>
  `dd if=/dev/zero of=${vmDir}/${WRITE_PROBE_FILE} bs=4096 count=1 conv=excl,fsync oflag=nofollow`;

/** The rest of the first line that begins with `word`; null when there is none. */
function after(lines: readonly string[], word: string): string | null {
  const line = lines.find((candidate) => candidate === word || candidate.startsWith(`${word} `));
  return line === undefined ? null : line.slice(word.length + 1);
}

function vmFinding(vm: DirLook, pinned: FileIdentity, lines: readonly string[]): Finding | null {
  if (vm.state === null) return { outcome: "failed", cause: brokenCause(vm.path, lines) };
  const problem = dirProblem(vm, pinned.vmFs);
  if (problem) return { outcome: "failed", cause: problem };
  const marker = after(lines, "marker");
  if (marker !== pinned.marker) return { outcome: "failed", cause: markerCause(vm.path, marker, pinned, lines) };
  const refusal = after(lines, "write failed");
  if (vm.state === "readonly" || (refusal !== null && /Read-only|not permitted|Permission denied/.test(refusal))) {
    const cause = refusal === null ? readOnlyCause(vm) : writeCause("live.dir.read-only", vm.path, refusal);
    return { outcome: "degraded", readOnly: true, cause };
  }
  if (isFull(vm) || refusal?.includes("No space left") || refusal?.includes("quota exceeded")) {
    return { outcome: "degraded", full: true, cause: fullCause(vm, refusal) };
  }
  if (refusal !== null) return { outcome: "failed", cause: writeCause("live.file.write-failed", vm.path, refusal) };
  return null;
}

function clusterDirFinding(look: DirLook, pinned: string): Finding | null {
  const problem = dirProblem(look, pinned);
  if (problem) return { outcome: "degraded", cause: problem };
  return look.state === "readonly" ? { outcome: "degraded", cause: readOnlyCause(look) } : null;
}

function writeCause(key: string, path: string, output: string): Cause {
  return { reason: text(key, { path }), command: writeCommand(path), output };
}

function fullCause(vm: DirLook, refusal: string | null): Cause {
  const reason: Text = text("live.file.full", { path: vm.path });
  if (refusal !== null) return { reason, command: writeCommand(vm.path), output: refusal };
  const { size, used, free } = vm.space ?? { size: 0, used: 0, free: 0 };
  return { reason, command: `stat -f ${vm.path}`, output: `size ${size}\nused ${used}\nfree ${free}` };
}

function markerCause(path: string, marker: string | null, pinned: FileIdentity, lines: readonly string[]): Cause {
  const key = marker === null ? "live.file.no-marker" : "live.file.other-marker";
  const output = marker ?? after(lines, "nomarker") ?? "";
  return { reason: text(key, { path }), command: `cat ${path}/${MARKER_FILE}`, output, expected: pinned.marker };
}

/** The check ended without having said anything about the directory: its own complaints are all there is. */
function brokenCause(path: string, lines: readonly string[]): Cause {
  return {
    reason: text("live.file.broken", { path }),
    command: `ls -ld ${path}`,
    output: lines.slice(0, 50).join("\n"),
  };
}
