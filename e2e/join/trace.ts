import type { LabNode } from "../../lab/index.ts";

/**
 * What the system writes by itself after any change: links of libraries; LVM's copies of a group's metadata, which an
 * administrator would miss if they were not there; the files of accounts, whose lines are compared instead; and an empty
 * directory that dpkg takes away with the last package that had it.
 */
const NOISE =
  /\/etc\/(?:mtab|ld\.so\.cache|lvm\/backup|lvm\/archive|apparmor\.d\/disable|(?:passwd|group|shadow|gshadow)-?$)/;

const TRACE = `
set -- /etc /root /home /vm /image /share /srv /opt /usr/local /usr/lib/systemd /run/spindle* /var/lib/spindle* /var/cache/apt/archives
find "$@" -xdev -printf '%p %y %m %u %g %l\\n' 2>/dev/null | sort
find "$@" -xdev -type f -exec sha256sum {} + 2>/dev/null | sort -k 2
echo "== packages"; dpkg-query -W -f '\${binary:Package} \${db:Status-Abbrev} \${Version}\\n'
echo "== users"; cat /etc/passwd /etc/group | sort
echo "== units"; systemctl list-units --all --plain --no-legend 'spindle*' | cut -d ' ' -f 1
echo "== marked groups"; command -v vgs >/dev/null && vgs --noheadings -o vg_name,vg_uuid,vg_tags 2>/dev/null
true
`;

/** Everything on a node that a join could leave behind, one thing a line. */
export async function traceOf(node: LabNode): Promise<string[]> {
  const listing = await node.sh(["sh", "-c", TRACE], { timeoutMs: 180_000 });
  return listing.split("\n").filter((line) => line !== "" && !NOISE.test(line));
}

/** The same of several nodes, one after the other. */
export async function tracesOf(nodes: readonly LabNode[]): Promise<string[]> {
  return (await Promise.all(nodes.map(traceOf))).flat();
}
