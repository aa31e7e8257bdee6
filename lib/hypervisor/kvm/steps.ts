import type { NodeStep } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import type { HostContext } from "../contract.ts";
import type { AccountFacts, KvmFacts } from "./facts.ts";
import type { PackageFacts } from "./packages.ts";
import { kvmModule } from "./rows.ts";

/** A mirror may be slow; the unit on the node ends by itself after this. */
const APT_MS = 30 * 60_000;
/** The system's own list of needs: no recommends, no questions, no service of others restarted. */
const APT_ENVIRONMENT = [
  "env",
  "DEBIAN_FRONTEND=noninteractive",
  "NEEDRESTART_MODE=l",
  "NEEDRESTART_SUSPEND=1",
  "LC_ALL=C",
];
const APT = [...APT_ENVIRONMENT, "apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0"];
/** Fetched files are not kept: they would outlive an undo. */
const NOT_KEPT = ["-o", "APT::Keep-Downloaded-Packages=false"];

const INSTALL_KEY = `set -eu
umask 077
home=$(getent passwd "$1" | cut -d: -f6)
group=$(id -g -- "$1")
dir=$home/.ssh
[ -d "$dir" ] || install -d -m 0700 -o "$1" -g "$group" -- "$dir"
file=$(readlink -f -- "$dir/authorized_keys")
new=$file.spindle
rm -f -- "$new"
if [ -e "$file" ]; then
  cp -p -- "$file" "$new"
  [ ! -s "$new" ] || [ -z "$(tail -c 1 -- "$new")" ] || echo >>"$new"
else
  install -m 0600 -o "$1" -g "$group" /dev/null "$new"
fi
printf '%s\\n' "$2" >>"$new"
sync -- "$new"
mv -f -T -- "$new" "$file"`;

/** Takes exactly our line out; what was not there before us goes when it is empty. $3: file, dir, newline as found before. */
const REMOVE_KEY = `set -eu
umask 077
home=$(getent passwd "$1" | cut -d: -f6)
dir=$home/.ssh
file=$(readlink -f -- "$dir/authorized_keys")
new=$file.spindle
rm -f -- "$new"
if [ -e "$file" ]; then
  cp -p -- "$file" "$new"
  grep -vxF -e "$2" -- "$file" >"$new" || [ "$?" = 1 ]
  case $3 in *no-newline*) [ ! -s "$new" ] || truncate -s -1 -- "$new" ;; esac
  sync -- "$new"
  mv -f -T -- "$new" "$file"
  case $3 in *no-file*) [ -s "$file" ] || rm -- "$file" ;; esac
fi
case $3 in *no-dir*) [ ! -d "$dir" ] || rmdir --ignore-fail-on-non-empty -- "$dir" ;; esac`;

/** What was not there before the key: words for the script that takes it out. */
function before(account: AccountFacts): string {
  const words = [
    account.sshDir ? "" : "no-dir",
    account.keysFile ? "" : "no-file",
    account.keysFile && !account.endsWithNewline ? "no-newline" : "",
  ];
  return words.filter((word) => word !== "").join(" ") || "all-there";
}

function keyStep(target: string, { user, keyLine, nodeId }: HostContext, account: AccountFacts): NodeStep {
  const script =
    'file=$(readlink -f -- "$(getent passwd "$1" | cut -d: -f6)/.ssh/authorized_keys"); grep -qxF -e "$2" -- "$file"';
  return {
    kind: "node",
    id: "key",
    target,
    title: text("join.step.key", { user }),
    command: { argv: ["sh", "-c", INSTALL_KEY, "spindle", user, keyLine] },
    alreadyDone: { command: { argv: ["sh", "-c", script, "spindle", user, keyLine] } },
    access: true,
    undo: {
      title: text("join.step.remove-key", { mark: `spindle:${nodeId}` }),
      command: { argv: ["sh", "-c", REMOVE_KEY, "spindle", user, keyLine, before(account)] },
    },
  };
}

/** One question about all of them: a question each takes seconds on a slow machine. `$1` of a line: wanted and real state. */
const STATES = `states() { dpkg-query -W -f '\${db:Status-Abbrev} \${Package}\\n' -- "$@" 2>/dev/null || true; }`;

/**
 * Arguments: accounts that were not there before, `--`, packages. Purging leaves some things that maintainers' scripts made:
 * those accounts go, and what is empty, nobody's, in a directory of these packages, and younger than the node's mark.
 */
const PURGE = `set -eu
${STATES}
accounts=
while [ "$1" != -- ]; do accounts="$accounts $1"; shift; done
shift
for name; do rm -f -- "/var/cache/apt/archives/$name"_*.deb "/var/cache/apt/archives/partial/$name"_*.deb; done
dpkg --configure -a
here=$(states "$@" | sed -n '/^un/d; s/^[^ ]* *//p')
[ -n "$here" ] || exit 0
gone=$(apt-get -s -q purge -- $here | sed -n 's/^\\(Purg\\|Remv\\) \\([^ ]*\\).*/\\2/p')
for name in $gone; do
  case " $* " in *" $name "*) ;; *) echo "$name needs them by now: nothing is removed" >&2; exit 1 ;; esac
done
directories=$(dpkg -L $here | sed -n '/^\\/etc\\/./p' | sort -u)
apt-get -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 purge -- $here
systemctl daemon-reload
for account in $accounts; do
  ! getent passwd "$account" >/dev/null || userdel -- "$account"
  ! getent group "$account" >/dev/null || groupdel -- "$account"
done
[ -e /etc/spindle/node ] || exit 0
for directory in $directories; do
  [ -d "$directory" ] && [ ! -L "$directory" ] || continue
  find "$directory" -depth -xdev -cnewer /etc/spindle/node -empty '(' -type f -o -type d ')' \\
    -exec sh -c 'dpkg -S "$1" >/dev/null 2>&1 || rm -d -- "$1"' sh {} ';'
done`;

function configureStep(target: string): NodeStep {
  return {
    kind: "node",
    id: "dpkg",
    target,
    title: text("join.step.dpkg"),
    command: {
      argv: [...APT_ENVIRONMENT, "dpkg", "--configure", "-a", "--force-confdef", "--force-confold"],
      timeoutMs: APT_MS,
    },
    alreadyDone: {
      command: { argv: ["sh", "-c", '[ -z "$(dpkg --audit)" ] && [ -z "$(ls -A /var/lib/dpkg/updates)" ]'] },
    },
    undo: { none: text("join.step.dpkg-none") },
  };
}

const ALL_INSTALLED = `${STATES}
[ "$(states "$@" | sed -n 's/^ii *//p' | sort -u | wc -l)" = $# ]`;

function listsStep(target: string): NodeStep {
  return {
    kind: "node",
    id: "lists",
    target,
    title: text("join.step.lists"),
    command: {
      argv: [...APT_ENVIRONMENT, "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", "update"],
      timeoutMs: APT_MS,
    },
    undo: { none: text("join.step.lists-none") },
  };
}

/** None of what the step adds may be there when it begins: only then may its undo remove it. */
const NONE_INSTALLED = `${STATES}
here=$(states "$@" | sed -n 's/^i[^ ]* *//p')
[ -z "$here" ] || { echo "installed by now:" $here >&2; exit 1; }`;

function installStep(target: string, { added, absentAccounts }: PackageFacts): NodeStep {
  const names = added.map((one) => one.name);
  const exact = added.map((one) => `${one.name}=${one.version}`);
  return {
    kind: "node",
    id: "packages",
    target,
    title: text("join.step.packages", { count: names.length }),
    command: { argv: [...APT, ...NOT_KEPT, "--no-install-recommends", "install", "--", ...exact], timeoutMs: APT_MS },
    alreadyDone: { command: { argv: ["sh", "-c", ALL_INSTALLED, "spindle", ...names], timeoutMs: 60_000 } },
    precondition: { command: { argv: ["sh", "-c", NONE_INSTALLED, "spindle", ...names], timeoutMs: 60_000 } },
    undo: {
      title: text("join.step.purge", { count: names.length }),
      command: {
        argv: [...APT_ENVIRONMENT, "sh", "-c", PURGE, "spindle", ...absentAccounts, "--", ...names],
        timeoutMs: APT_MS,
      },
    },
  };
}

function moduleStep(target: string, module: string): NodeStep {
  return {
    kind: "node",
    id: "module",
    target,
    title: text("join.step.module", { module }),
    command: { argv: ["modprobe", "--", module] },
    alreadyDone: { command: { argv: ["test", "-c", "/dev/kvm"] } },
    undo: { title: text("join.step.remove-module", { module }), command: { argv: ["modprobe", "-r", "--", module] } },
  };
}

const MARK = `set -eu
umask 022
install -d -m 0755 -- /etc/spindle
printf '%s\\n' "$1" >/etc/spindle/node.new
sync -- /etc/spindle/node.new
ln -T -- /etc/spindle/node.new /etc/spindle/node
rm -f -- /etc/spindle/node.new`;

const UNMARK = `rm -f -- /etc/spindle/node.new
[ "$(cat /etc/spindle/node 2>/dev/null)" != "$1" ] || rm -- /etc/spindle/node
[ ! -d /etc/spindle ] || rmdir --ignore-fail-on-non-empty -- /etc/spindle`;

/** The file that tells another panel whose node this is. */
function markStep(target: string, { panelId, nodeId }: HostContext): NodeStep {
  const line = JSON.stringify({ panel: panelId, node: nodeId });
  return {
    kind: "node",
    id: "mark",
    target,
    title: text("join.step.mark"),
    command: { argv: ["sh", "-c", MARK, "spindle", line] },
    alreadyDone: { command: { argv: ["cat", "/etc/spindle/node"] }, stdout: line },
    undo: { title: text("join.step.unmark"), command: { argv: ["sh", "-c", UNMARK, "spindle", line] } },
  };
}

/** What makes a machine a KVM node: the key first, then what needs it. Pure. */
export function kvmSteps(
  facts: KvmFacts,
  context: HostContext,
  target: string,
): { install: NodeStep[]; prepare: NodeStep[] } {
  const { machine, packages } = facts;
  // The mark first: what a package leaves behind is told from what was there by being younger.
  const prepare: NodeStep[] = context.isMember ? [] : [markStep(target, context)];
  if (packages.interrupted) prepare.push(configureStep(target));
  if (packages.added.length > 0) prepare.push(listsStep(target), installStep(target, packages));
  const module = kvmModule(machine);
  if (!machine.kvmDevice && module) prepare.push(moduleStep(target, module));
  return { install: context.isMember ? [] : [keyStep(target, context, facts.account)], prepare };
}

/** The steps as far as they are known without a machine: as if everything were there but the packages' names. */
export function kvmPreviewSteps(context: HostContext, target: string): { install: NodeStep[]; prepare: NodeStep[] } {
  const account: AccountFacts = { home: "/root", sshDir: true, keysFile: true, endsWithNewline: true, marks: [] };
  return { install: [keyStep(target, context, account)], prepare: [markStep(target, context)] };
}
