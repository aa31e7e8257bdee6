import type { PreflightRow } from "../../domain/preflight.ts";
import { type Text, text } from "../../domain/text.ts";
import { formatBytes, formatDuration } from "../../domain/units.ts";
import type { HostContext, KnownMachine } from "../contract.ts";
import type { KvmFacts, MachineFacts, SpaceFacts } from "./facts.ts";
import type { PackageFacts } from "./packages.ts";

type Values = Record<string, string | number>;

/** A row of the area `preflight`: `<id>.title`, `<id>.<finding>`, and `<id>.<finding>-advice` unless it passes. */
function row(id: string, state: PreflightRow["state"], finding: string, values: Values = {}): PreflightRow {
  return {
    id,
    state,
    title: text(`preflight.${id}.title`),
    detail: text(`preflight.${id}.${finding}`, values),
    ...(state === "pass" ? {} : { advice: text(`preflight.${id}.${finding}-advice`, values) }),
  };
}

const SUPPORTED: Record<string, RegExp> = { debian: /^1[23]$/, ubuntu: /^(?:22|24|26)\.04$/ };
const ARCHITECTURES = ["x86_64", "aarch64"];

function systemRow(machine: MachineFacts): PreflightRow {
  const values = { name: machine.osName || machine.osId || "?", arch: machine.arch };
  if (!machine.systemd) return row("system", "fail", "no-systemd", values);
  if (!ARCHITECTURES.includes(machine.arch)) return row("system", "fail", "architecture", values);
  if (!(machine.osId in SUPPORTED)) return row("system", "fail", "other", values);
  return SUPPORTED[machine.osId]?.test(machine.osVersion)
    ? row("system", "pass", "supported", values)
    : row("system", "warning", "untried", values);
}

function cpuRow(machine: MachineFacts): PreflightRow {
  const { virtualization, kvmDevice, kvmModules } = machine;
  if (kvmDevice) return row("virtualization", "pass", "ready", { flag: virtualization ?? "/dev/kvm" });
  if (!virtualization && machine.arch !== "aarch64") return row("virtualization", "fail", "none");
  const module = kvmModule(machine);
  if (!module || !kvmModules.includes(module))
    return row("virtualization", "fail", "no-module", { flag: virtualization ?? "" });
  return row("virtualization", "pass", "module", { module, flag: virtualization ?? "" });
}

/** The kernel module that makes /dev/kvm on this processor. */
export function kvmModule({ virtualization }: MachineFacts): "kvm_amd" | "kvm_intel" | null {
  return virtualization === "svm" ? "kvm_amd" : virtualization === "vmx" ? "kvm_intel" : null;
}

/** A second is what certificates and logs bear; half a minute is a clock that is wrong. */
const CLOCK_WARNING_MS = 2_000;
const CLOCK_FAIL_MS = 300_000;

function clockRow({ aheadMs, withinMs }: KvmFacts["clock"]): PreflightRow {
  if (!Number.isFinite(aheadMs)) return row("clock", "fail", "unknown");
  // What the way to the node may have cost is not held against its clock.
  const sure = Math.max(0, Math.abs(aheadMs) - withinMs);
  const values = { span: formatDuration(sure), side: aheadMs > 0 ? "ahead" : "behind" };
  if (sure < CLOCK_WARNING_MS) return row("clock", "pass", "right");
  return row("clock", sure < CLOCK_FAIL_MS ? "warning" : "fail", "off", values);
}

const NEED_FREE = 512 * 1024 ** 2;
const WANT_FREE = 2 * 1024 ** 3;

function spaceRows(space: SpaceFacts[]): PreflightRow {
  const places = space.filter(({ target }) => target === "/" || target === "/var");
  if (places.length === 0) return row("space", "fail", "unknown");
  const least = places.reduce((a, b) => (b.free < a.free ? b : a));
  const values = {
    target: least.target,
    free: formatBytes(least.free),
    need: formatBytes(NEED_FREE),
    want: formatBytes(WANT_FREE),
  };
  if (least.freeInodes === 0) return row("space", "fail", "inodes", values);
  if (least.free < NEED_FREE) return row("space", "fail", "little", values);
  return least.free < WANT_FREE ? row("space", "warning", "tight", values) : row("space", "pass", "enough", values);
}

function packagesRow(packages: PackageFacts): PreflightRow {
  const { missing, added, removed, upgraded, refusal, downloadBytes } = packages;
  const list = (names: readonly string[]) => names.join(", ");
  if (packages.locked.length > 0) return row("packages", "fail", "locked", { file: packages.locked[0] as string });
  if (missing.length === 0)
    return row("packages", packages.interrupted ? "warning" : "pass", packages.interrupted ? "interrupted" : "there");
  if (refusal.length > 0) {
    return {
      ...row("packages", "fail", "refused", { names: list(missing) }),
      output: refusal.join("\n"),
      command: `apt-get -s --no-install-recommends install ${missing.join(" ")}`,
    };
  }
  if (removed.length > 0) return row("packages", "fail", "removes", { names: list(removed) });
  const values = {
    count: added.length,
    names: list(added.map((one) => one.name)),
    size: formatBytes(downloadBytes),
    upgraded: list(upgraded),
  };
  if (upgraded.length > 0) return row("packages", "warning", "upgrades", values);
  return row("packages", "pass", "will-install", values);
}

/** Marks of a panel: the file on the machine and the lines in authorized_keys, other than this join's own. */
function ownerRow(
  machine: MachineFacts,
  account: KvmFacts["account"] | undefined,
  context: HostContext,
): PreflightRow | null {
  if (machine.owner !== "") {
    const panel = /"panel":"([a-z0-9_]{1,60})"/.exec(machine.owner)?.[1] ?? "?";
    const node = /"node":"([a-z0-9_]{1,60})"/.exec(machine.owner)?.[1] ?? "";
    if (panel === context.panelId && node === context.nodeId) return row("owner", "pass", "ours");
    return row("owner", "fail", panel === context.panelId ? "left" : "other-panel", { panel });
  }
  if (!account) return null;
  const foreign = account.marks.find((mark) => mark !== `spindle:${context.nodeId}`);
  return foreign
    ? row("owner", "fail", "other-key", { mark: foreign, home: account.home })
    : row("owner", "pass", "nobody");
}

const IDENTITIES: { name: keyof Omit<KnownMachine, "label" | "clusterName">; of: (machine: MachineFacts) => string }[] =
  [
    { name: "machineId", of: (machine) => machine.machineId },
    { name: "hostName", of: (machine) => machine.hostName },
    { name: "hostUuid", of: (machine) => machine.hostUuid },
    { name: "initiatorName", of: (machine) => machine.initiatorName },
  ];
const FINDINGS = {
  machineId: "machine-id",
  hostName: "host-name",
  hostUuid: "host-uuid",
  initiatorName: "initiator-name",
} as const;

function identityRow(machine: MachineFacts, others: KnownMachine[]): PreflightRow {
  if (machine.machineId === "") return row("identity", "fail", "no-machine-id");
  if (machine.hostName === "" || machine.hostName === "localhost") return row("identity", "fail", "no-host-name");
  for (const { name, of } of IDENTITIES) {
    const value = of(machine);
    const twin = value === "" ? undefined : others.find((other) => other[name] === value);
    if (!twin) continue;
    const values = { value, other: twin.label, cluster: twin.clusterName ?? "" };
    return row("identity", "fail", `${FINDINGS[name]}${twin.clusterName === null ? "-draft" : ""}`, values);
  }
  // It becomes the node's name, and another node may have been given that one.
  const name = machine.hostName.toLowerCase();
  const named = others.find((other) => other.clusterName !== null && other.label.toLowerCase() === name);
  if (named) return row("identity", "fail", "name", { value: machine.hostName, cluster: named.clusterName ?? "" });
  return row("identity", "pass", "unique", { hostName: machine.hostName });
}

/** The preflight of a KVM node, as far as the machine was looked at. Pure. */
export function kvmRows(facts: Partial<KvmFacts>, context: HostContext): PreflightRow[] {
  const { machine, account, clock, space, packages } = facts;
  const rows: (PreflightRow | null)[] = [];
  if (machine) {
    rows.push(systemRow(machine));
    rows.push(
      machine.root
        ? row("root", "pass", context.user === "root" ? "root" : "sudo")
        : row("root", "fail", "none", { user: context.user }),
    );
    rows.push(cpuRow(machine), identityRow(machine, context.others), ownerRow(machine, account, context));
  }
  if (clock) rows.push(clockRow(clock));
  if (space) rows.push(spaceRows(space));
  if (packages) rows.push(packagesRow(packages));
  return rows.filter((one) => one !== null);
}

/** Sentences that belong into the plan. */
export function kvmNotes(packages: PackageFacts): Text[] {
  return packages.upgraded.length > 0 && packages.missing.length > 0
    ? [
        text("preflight.packages.upgrades", {
          count: packages.added.length,
          names: packages.missing.join(", "),
          size: formatBytes(packages.downloadBytes),
          upgraded: packages.upgraded.join(", "),
        }),
      ]
    : [];
}
