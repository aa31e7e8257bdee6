import type { NodeStep } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import type { HostContext } from "../contract.ts";
import { markStep } from "../mark.ts";
import { keyStep } from "../way-in.ts";
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
