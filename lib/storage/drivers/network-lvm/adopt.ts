import type { NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import { driveFailures } from "../../drive-failures.ts";
import { REFUSE_SCRIPT } from "../../drive-marks.ts";
import { CHANGE_MS, CHECK_MS } from "../../lvm/pv-steps.ts";
import type { FoundGroup } from "../../lvm/metadata.ts";
import { proveGroup } from "../../lvm/steps.ts";

/** Switches off what a node's own start-up has switched on. Refuses while one is in use. $1 VG UUID, $2 its name; then the devices. */
const REST = `${REFUSE_SCRIPT}
uuid=$1 vg=$2
shift 2
open=$(lvs "$@" --noheadings -o lv_name -S "vg_uuid=$uuid && lv_device_open=open") || exit
[ -z "$open" ] || refuse in-use $open
vgchange "$@" -an -- "$vg"`;

/** Whether none is on; 9 where the group can't be asked. $1 VG UUID; then the devices. */
const AT_REST = `uuid=$1
shift
[ -n "$(vgs "$@" --noheadings -o vg_name -S "vg_uuid=$uuid")" ] || exit 9
on=$(lvs "$@" --noheadings -o lv_name -S "vg_uuid=$uuid && lv_active=active") || exit 9
[ -z "$on" ]`;

/** An adopted group's volumes are switched on by nobody but the panel: none by a boot, and none now. */
export function restSteps(target: string, { name, uuid }: FoundGroup, devices: readonly string[]): NodeStep[] {
  const values = { vg: name, lv: name, label: name };
  const auto = (flag: "y" | "n") => ({
    ...{ argv: ["vgchange", ...devices, "--setautoactivation", flag, "--", name], timeoutMs: CHANGE_MS },
  });
  const off = `vg_uuid=${uuid} && vg_autoactivation=0`;
  const precondition = proveGroup(uuid, name, devices);
  return [
    {
      ...{ kind: "node", id: "no-auto", target, title: text("network-lvm.step.no-auto", values), command: auto("n") },
      alreadyDone: { command: { argv: ["vgs", ...devices, "--noheadings", "-o", "vg_uuid", "-S", off] }, stdout: uuid },
      precondition,
      undo: { title: text("network-lvm.step.auto", values), command: auto("y"), proof: precondition },
    },
    {
      ...{ kind: "node", id: "rest", target, title: text("network-lvm.step.rest", values) },
      command: { argv: ["sh", "-c", REST, "spindle", uuid, name, ...devices], timeoutMs: CHANGE_MS },
      alreadyDone: { command: { argv: ["sh", "-c", AT_REST, "spindle", uuid, ...devices], timeoutMs: CHECK_MS } },
      precondition,
      failures: driveFailures("network-lvm", values, { "in-use": [] }),
      undo: { none: text("network-lvm.step.rest-none") },
    },
  ];
}
