import type { PreflightRow } from "../../../domain/preflight.ts";
import { text } from "../../../domain/text.ts";
import { formatBytes } from "../../../domain/units.ts";
import type { JoinContext } from "../../contract.ts";
import type { IscsiTarget, NetworkLvmConfig } from "./config.ts";
import type { NetworkLvmFacts, PortalFacts, TargetFacts } from "./facts.ts";
import type { LookProblem, LunLook } from "./look.ts";

type Values = Record<string, string | number>;

/** A row whose sentences are `network-lvm.ID.FINDING`, with `-advice` behind it where it is no pass. */
export function row(
  id: string,
  state: PreflightRow["state"],
  finding: string,
  values: Values = {},
  more: Partial<PreflightRow> = {},
): PreflightRow {
  return {
    ...{ id, state, title: text(`network-lvm.row.${id}`) },
    detail: text(`network-lvm.${id}.${finding}`, values),
    ...(state === "pass" ? {} : { advice: text(`network-lvm.${id}.${finding}-advice`, values) }),
    ...more,
  };
}

/** What a person runs to see the same. */
const discovery = ({ portal }: PortalFacts) => `iscsiadm -m discovery -t sendtargets -o nonpersistent -p ${portal}`;

export function problemOutput(problem: LookProblem): string {
  return `${problem.what} ${problem.detail}`.trim();
}

/** Which portals answer this node. */
export function portalsRow({ target }: Pick<IscsiTarget, "target">, { portals }: TargetFacts): PreflightRow {
  if (portals.length === 0) return row("reach", "fail", "unlooked", { target });
  const failed = portals.filter(({ problem }) => problem !== null);
  const values = { target, count: portals.length, portals: portals.map(({ portal }) => portal).join(", ") };
  const [first] = failed;
  if (!first?.problem) return row("reach", "pass", "all", values);
  const shown = { command: discovery(first), output: problemOutput(first.problem) };
  const named = { ...values, portal: failed.map(({ portal }) => portal).join(", ") };
  const isNone = failed.length === portals.length;
  return row("reach", isNone ? "fail" : "warning", isNone ? first.problem.what : "some", named, shown);
}

/** A LUN in one line, for lists of what was found. */
const described = ({ wwid, size, vendor, model }: LunLook) =>
  `${wwid ?? "no WWID"} (${formatBytes(size)}, ${vendor} ${model})`;

/** Whether the LUN is there, the same behind every portal. */
export function lunRow(
  { wwid }: Pick<NetworkLvmConfig, "wwid">,
  { portals }: TargetFacts,
  lun: LunLook | null,
): PreflightRow {
  const answered = portals.flatMap(({ luns, portal }) => (luns ? [{ portal, luns }] : []));
  const list = [...new Set(answered.flatMap(({ luns }) => luns.map(described)))].join(", ");
  if (!lun) return row("lun", "fail", list === "" ? "none" : "other", { wwid, list });
  // The panel registers none: whose they are can't be told, and whoever has them may shut the nodes out at any time.
  const keys = [...new Set(answered.flatMap(({ luns }) => luns.flatMap((one) => (one.wwid === wwid ? one.keys : []))))];
  if (keys.length > 0) return row("lun", "fail", "reserved", { wwid, keys: keys.join(", ") });
  const same = answered.filter(({ luns }) => luns.some((one) => one.wwid === wwid && one.size === lun.size));
  const values = { wwid, size: formatBytes(lun.size), model: `${lun.vendor} ${lun.model}`, serial: lun.serial };
  if (same.length === answered.length) return row("lun", "pass", "found", values);
  const without = answered.filter((one) => !same.includes(one)).map(({ portal }) => portal);
  return row("lun", "fail", "not-everywhere", { ...values, portals: without.join(", ") });
}

/** Two nodes of one name throw each other out of their sessions; a node without one gets its own with the packages. */
export function initiatorRow(
  { node }: NetworkLvmFacts,
  others: readonly { label: string; facts: NetworkLvmFacts }[],
): PreflightRow {
  const name = node.initiator;
  if (name === "") return row("initiator", "pass", "none");
  const twin = others.find(({ facts }) => facts.node.initiator === name);
  if (twin) return row("initiator", "fail", "twin", { name, other: twin.label });
  return row("initiator", "pass", "own", { name });
}

/** Whether a target and names are free on the node: what somebody else set up is left alone. */
export function ownRow(
  { config: { vgName }, owner }: JoinContext<NetworkLvmConfig>,
  { target }: Pick<IscsiTarget, "target">,
  { node }: TargetFacts,
): PreflightRow {
  const values = { target, vg: vgName, records: node.records.join(", ") };
  if (node.marks.length === 0 && node.records.length > 0) return row("own", "fail", "records", values);
  if (node.marks.length === 0 && node.sessions.length > 0) return row("own", "fail", "sessions", values);
  if (node.nameInDev && !node.marks.includes(owner.storageId)) return row("own", "fail", "name-in-dev", values);
  return row("own", "pass", "free", values);
}
