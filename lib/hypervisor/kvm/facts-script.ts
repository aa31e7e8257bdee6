import type { Command } from "../../domain/plan.ts";
import { SECTION_SCRIPT } from "../../storage/sections.ts";

const MACHINE = `${SECTION_SCRIPT}
section os; cat /etc/os-release
section kernel; uname -r
section arch; uname -m
section hostname; uname -n
section machine-id; cat /etc/machine-id
section host-uuid; cat /sys/class/dmi/id/product_uuid 2>/dev/null
section initiator; sed -n 's/^InitiatorName=//p' /etc/iscsi/initiatorname.iscsi 2>/dev/null
section cpu; sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1
section flags; grep -m 1 -ow -e svm -e vmx /proc/cpuinfo
section threads; getconf _NPROCESSORS_ONLN
section memory; sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo
section systemd; [ -d /run/systemd/system ] && echo yes
section uid; id -u
section kvm; [ -c /dev/kvm ] && echo device; modprobe -n kvm_amd 2>/dev/null && echo kvm_amd; modprobe -n kvm_intel 2>/dev/null && echo kvm_intel
section owner; head -c 4096 /etc/spindle/node 2>/dev/null
section end
`;

/** Everything about the machine that needs no network and can't hang. */
export const machineCommand: Command = { argv: ["sh", "-c", MACHINE, "spindle"], timeoutMs: 60_000 };

const ACCOUNT = `${SECTION_SCRIPT}
home=$(getent passwd "$1" | cut -d: -f6)
file=$(readlink -f -- "$home/.ssh/authorized_keys")
section home; echo "$home"
section ssh-dir; [ -d "$home/.ssh" ] && echo yes
section keys; [ -f "$file" ] && echo yes
section last-byte; [ -s "$file" ] && tail -c 1 -- "$file" | od -An -tx1
section marks; [ -f "$file" ] && grep -o 'spindle:[a-z0-9_]*$' -- "$file"
section end
`;

/** Whose account the panel signs in to, and what stands in its authorized_keys of panels; the keys themselves are not read. */
export const accountCommand = (user: string): Command => ({
  argv: ["sh", "-c", ACCOUNT, "spindle", user],
  timeoutMs: 30_000,
});

/** The node's clock, in seconds with a fraction. */
export const clockCommand: Command = { argv: ["date", "+%s.%N"], timeoutMs: 30_000 };

/** Space where packages and the system live. */
export const spaceCommand: Command = {
  argv: ["df", "-l", "-B1", "--output=target,size,avail,iavail", "/", "/var", "/boot"],
  timeoutMs: 30_000,
};

/** System accounts that the packages of a KVM node and what they need make, and that a purge leaves. */
const PACKAGE_ACCOUNTS = [
  "polkitd",
  "rdma",
  "libvirt",
  "libvirt-qemu",
  "libvirt-dnsmasq",
  "kvm",
  "swtpm",
  "tss",
  "sgx",
  "render",
];

/**
 * What is installed, and what apt would add. A machine's own lists may be old or not there at all, so that fresh ones are
 * fetched aside, into memory, and thrown away: neither its lists nor its caches are touched.
 */
const APT = `${SECTION_SCRIPT}
export DEBIAN_FRONTEND=noninteractive
section audit; dpkg --audit 2>&1
section updates; ls -A /var/lib/dpkg/updates 2>/dev/null
section lock; for file in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock; do
  id=$(stat -c '%i' -- "$file" 2>/dev/null) && grep -q ":$id 0 EOF\\$" /proc/locks && echo "$file"
done
section installed; dpkg-query -W -f '\${binary:Package}\\t\${db:Status-Abbrev}\\t\${Version}\\n' -- "$@" 2>/dev/null
section accounts; for name in ${PACKAGE_ACCOUNTS.join(" ")}; do
  getent passwd "$name" >/dev/null || getent group "$name" >/dev/null || echo "$name"
done
missing=
for name; do dpkg-query -W -f '\${db:Status-Abbrev}' -- "$name" 2>/dev/null | grep -q '^ii' || missing=1; done
if [ -n "$missing" ]; then
  rm -rf /run/spindle-look.*
  aside=$(mktemp -d /run/spindle-look.XXXXXX) || exit 1
  trap 'rm -rf "$aside"' EXIT
  trap 'exit 1' HUP INT TERM
  chmod 0711 "$aside"
  mkdir -p "$aside/lists/partial" "$aside/cache/archives/partial"
  apt() {
    apt-get -q --no-install-recommends -o Dir::Cache="$aside/cache" -o Dir::State::Lists="$lists" \\
      -o APT::Get::Show-User-Simulation-Note=false -o Acquire::GzipIndexes=true -o Acquire::Languages=none \\
      -o Acquire::Retries=1 -o Acquire::http::Timeout=15 -o Acquire::https::Timeout=15 "$@"
  }
  lists=$aside/lists
  section update; apt update 2>&1 | tail -n 20
  section simulate; apt -s install -- "$@" >"$aside/said" 2>&1
  code=$?
  if [ "$code" != 0 ]; then
    lists=/var/lib/apt/lists
    apt -s install -- "$@" >"$aside/own" 2>&1 && code=0 && mv "$aside/own" "$aside/said"
  fi
  cat "$aside/said"; echo "code $code"
  section sizes; apt -qq --print-uris -y install -- "$@" 2>/dev/null
fi
section end
`;

/** What apt would do for a list of packages; nothing of the machine's own is changed. */
export const packagesCommand = (packages: readonly string[]): Command => ({
  argv: ["sh", "-c", APT, "spindle", ...packages],
  timeoutMs: 240_000,
});

/** Versions of what runs VMs, once it is there. */
export const versionsCommand: Command = {
  argv: [
    "sh",
    "-c",
    `${SECTION_SCRIPT}
section libvirt; libvirtd --version 2>/dev/null
section qemu; qemu-system-x86_64 --version 2>/dev/null | head -n 1
section end
`,
    "spindle",
  ],
  timeoutMs: 60_000,
};
