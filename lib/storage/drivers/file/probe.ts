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

/**
 * A line a file: what it takes, whether QEMU holds a lock on it, its virtual size, its name, and what stands beside it. The
 * numbers that begin an image are told from others by awk, as text: they are more than it can count to.
 */
const LISTING = String.raw`
part == "heads" { size[++heads] = $1 == "5856449707827527682" || $1 == "5856449707827527683" ? $4 : "-"; next }
part == "locks" { if ($2 == "OFDLCK") locked[$6] = 1; next }
part == "beside" {
  at = index($0, ".json:")
  id = substr($0, 1, at - 1)
  if (at > 1 && id !~ /[. ]/) beside[id] = substr($0, at + 6)
  next
}
{ name = $0; for (word = 1; word <= 5; word++) sub(/^[^ ]* /, "", name) }
part == "names" { there[name] = 1; images += is_image(name, $4); next }
{
  known = is_image(name, $4) ? size[++image] : "-"
  id = name
  sub(/\..*/, "", id)
  if (name == id ".json" && id in beside && (id ".qcow2") in there) next
  place = sprintf("%02x:%02x:%s", int($2 / 256) % 4096, $2 % 256 + int($2 / 1048576) * 256, $3)
  said = $5 " " (place in locked ? 1 : 0) " " (heads == images ? known : "-") " " name
  print ((id in beside && name !~ / /) ? "beside " said " " beside[id] : "file " said)
}
function is_image(name, bytes) { return name ~ /\.qcow2$/ && bytes > 31 }
`;

const SCRIPT = `
listing_file='${LISTING}'

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

# Every file in the directory as \`listing_file\` says it. Names go by files and in lots, never as one list of arguments: a
# handful of processes, however many drives there are. What is no line of ours beside an image is not read.
volumes_file() {
  find "$1" -maxdepth 1 -type f ! -name '.*' ! -name '*.new' -fprintf "$own.files" 'file %D %i %s %b %f\\n' \\
    \\( -name '*.qcow2' -size +31c -fprintf "$own.images" '%f\\0' -o \\
    -name '*.json' -size -4097c -fprintf "$own.besides" '%f\\0' \\)
  xargs -0 -r head -q -c 32 -- <"$own.images" | od -A n -v -t u8 -w32 --endian=big >"$own.heads"
  xargs -0 -r grep -a -m 1 -H -e '' -- <"$own.besides" >"$own.beside"
  awk "$listing_file" part=heads "$own.heads" part=locks /proc/locks part=beside "$own.beside" \\
    part=names "$own.files" part=files "$own.files" && echo 'listed'
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

/** One text for all nodes: put together for each, a thousand copies of it would be kept. */
const WHOLE = DIRS_SCRIPT + SCRIPT;

/** The File storage's part of a node's probe. */
export function probeFile(config: FileConfig, dirs: ClusterDirs): ProbeFragment {
  return {
    script: WHOLE,
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
