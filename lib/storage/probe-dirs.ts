import type { Cause, StorageFigures } from "../domain/live.ts";
import type { PartitionDetails } from "../domain/storage-details.ts";
import { text } from "../domain/text.ts";

/**
 * The part of the probe that looks at directories, for the drivers that have some: shell, parser, judgement.
 * `findmnt` never hangs on a dead mount; what can (`stat -f`) runs in the check's own bounded session.
 */
export const DIRS_SCRIPT = `
# Whether $1 was written longer than $2 seconds ago, or says that its proof is open.
due() {
  last=
  [ -e "$1" ] && read -r last <"$1"
  read -r clock _ </proc/uptime
  clock=\${clock%.*}
  [ -z "$last" ] || [ $((clock - last)) -ge "$2" ]
}

# look_dirs ROLE=PATH …: what each directory is, and which file system holds it. The mounts are asked for only when
# something about them differs from the last time.
look_dirs() {
  key= paths=$#
  for pair; do
    role=\${pair%%=*} path=\${pair#*=}
    if [ -d "$path" ] && [ ! -L "$path" ]; then
      state=writable
      [ -w "$path" ] || state=readonly
      key="$key $role=$state"
      set -- "$@" "$path"
    else
      state=missing
      [ -e "$path" ] && state=other
      [ -L "$path" ] && state=link
      printf 'shown %s %s\\n' "$role" "$(ls -ld -- "$path" 2>&1)"
    fi
    echo "dir $role $state"
  done
  shift "$paths"
  [ $# -gt 0 ] || return 0
  space=$(stat -f -c 'space %i %S %b %f %a %c %d %n' -- "$@")
  printf '%s\\n' "$space"
  while read -r _ fsid _; do key="$key $fsid"; done <<EOF
$space
EOF
  old=
  [ -e "$own.mounts" ] && read -r old <"$own.mounts"
  if [ "$old" != "\${key# }" ]; then
    {
      echo "\${key# }"
      for path; do
        printf 'mount %s\\n' "$path"
        findmnt -P -o UUID,SOURCE,FSTYPE,TARGET,OPTIONS -T "$path"
      done
    } >"$own.mounts"
  fi
  while read -r line; do printf '%s\\n' "$line"; done <"$own.mounts"
}
`;

export type DirRole = "vm" | "image" | "share";
type DirState = "writable" | "readonly" | "missing" | "other" | "link";

/** A directory as the node showed it. */
export interface DirLook {
  role: DirRole;
  path: string;
  state: DirState | null;
  /** What `ls -ld` printed where it is no directory. */
  shown: string;
  space: DirSpace | null;
  mount: DirMount | null;
}

interface DirSpace {
  fsid: string;
  size: number;
  used: number;
  free: number;
  isOutOfInodes: boolean;
}

interface DirMount {
  uuid: string;
  source: string;
  type: string;
  target: string;
  options: string;
  line: string;
}

type Partition = PartitionDetails & StorageFigures;

const MAX_BYTES = 2 ** 53 - 1;

/** A whole number of bytes a tool printed; null for anything else. */
export function bytesOf(word: string | undefined): number | null {
  if (word === undefined || !/^\d{1,16}$/.test(word)) return null;
  const value = Number(word);
  return value <= MAX_BYTES ? value : null;
}

const STATES: readonly string[] = ["writable", "readonly", "missing", "other", "link"] satisfies DirState[];

/** `KEY="value"` pairs of `findmnt -P`, its `\xNN` undone. */
function pairs(line: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, key = "", value = ""] of line.matchAll(/([A-Z:]+)="([^"]*)"/g)) {
    found[key] = value.replace(/(?:\\x[0-9a-f]{2})+/gi, (codes) =>
      Buffer.from(codes.replaceAll("\\x", ""), "hex").toString("utf8"),
    );
  }
  return found;
}

function readSpace(words: string[]): DirSpace | null {
  const [fsid = "", block, total, free, available, inodes, freeInodes] = words;
  const unit = bytesOf(block);
  const [size, left, usable] = [total, free, available].map((word) => {
    const blocks = bytesOf(word);
    return blocks === null || unit === null || blocks * unit > MAX_BYTES ? null : blocks * unit;
  });
  if (typeof size !== "number" || typeof left !== "number" || typeof usable !== "number") return null;
  if (left > size || usable > size) return null;
  return { fsid, size, used: size - left, free: usable, isOutOfInodes: Number(inodes) > 0 && freeInodes === "0" };
}

function readMount(line: string): DirMount {
  const { UUID = "", SOURCE = "", FSTYPE = "", TARGET = "", OPTIONS = "" } = pairs(line);
  return { uuid: UUID, source: SOURCE, type: FSTYPE, target: TARGET, options: OPTIONS, line };
}

/** Reads the lines of `look_dirs` for the directories that were asked for; lines about anything else are left out. */
export function readDirs(lines: readonly string[], paths: Partial<Record<DirRole, string>>): DirLook[] {
  const looks = Object.entries(paths).map(
    ([role, path]): DirLook => ({ role: role as DirRole, path, state: null, shown: "", space: null, mount: null }),
  );
  let mounted: DirLook | undefined;
  for (const line of lines) {
    const [word, first = "", ...rest] = line.split(" ");
    const byRole = looks.find((look) => look.role === first);
    if (word === "dir" && byRole && STATES.includes(rest[0] ?? "")) byRole.state = rest[0] as DirState;
    else if (word === "shown" && byRole) byRole.shown = rest.join(" ");
    else if (word === "space") {
      const path = rest.slice(6).join(" ");
      for (const look of looks) if (look.path === path) look.space = readSpace([first, ...rest]);
    } else if (word === "mount") mounted = looks.find((look) => look.path === [first, ...rest].join(" "));
    // With mounts on top of each other the last line is the one that is seen.
    else if (line.startsWith("UUID=") && mounted) mounted.mount = readMount(line);
  }
  return looks;
}

/** The identity of the file system under a directory, as it is pinned; null when it could not be read. */
export function fileSystemOf(look: DirLook): string | null {
  if (look.mount?.uuid) return look.mount.uuid;
  return look.space ? `fsid:${look.space.fsid}` : null;
}

/** Why a directory is not the one that is expected; null when it is. `pinned` empty: any file system will do. */
export function dirProblem(look: DirLook, pinned: string): Cause | null {
  const { path, state, shown } = look;
  if (state === null) return null;
  if (state === "missing" || state === "other" || state === "link") {
    return { reason: text(`live.dir.${state}`, { path }), command: `ls -ld ${path}`, output: shown };
  }
  const fileSystem = fileSystemOf(look);
  if (pinned !== "" && fileSystem !== null && fileSystem !== pinned && !isSameByFsid(look, pinned)) {
    return {
      reason: text("live.dir.other-file-system", { path }),
      command: `findmnt -P -o UUID,SOURCE,FSTYPE,TARGET,OPTIONS -T ${path}`,
      output: look.mount?.line ?? "",
      expected: pinned,
    };
  }
  return null;
}

function isSameByFsid(look: DirLook, pinned: string): boolean {
  return pinned.startsWith("fsid:") && look.space !== null && pinned === `fsid:${look.space.fsid}`;
}

/** A directory that is there but takes no writes. */
export function readOnlyCause(look: DirLook): Cause {
  const { path, mount } = look;
  return {
    reason: text("live.dir.read-only", { path }),
    command: `findmnt -P -o UUID,SOURCE,FSTYPE,TARGET,OPTIONS -T ${path}`,
    output: mount?.line ?? "",
  };
}

/** Less than this for ordinary users is full, whatever root may still write. */
const FULL_BELOW = 1024 * 1024;

export function isFull(look: DirLook): boolean {
  return look.space !== null && (look.space.free < FULL_BELOW || look.space.isOutOfInodes);
}

/** The partitions under the directories, each once. */
export function partitionsOf(looks: readonly DirLook[]): Partition[] {
  const found = new Map<string, Partition>();
  for (const look of looks) {
    if (!look.space) continue;
    const { fsid, size, used, free } = look.space;
    const known = found.get(fsid);
    if (known) {
      known.directories.push(look.path);
      continue;
    }
    const { source = "", target = "", type = "", uuid = "" } = look.mount ?? {};
    const figures = { size, used, allocated: null, free };
    found.set(fsid, { ...figures, source, target, type, uuid: uuid || null, directories: [look.path] });
  }
  return [...found.values()];
}
