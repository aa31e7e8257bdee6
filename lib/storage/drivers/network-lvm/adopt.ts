import type { NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import { REFUSE_SCRIPT } from "../../drive-marks.ts";
import { CHANGE_MS, CHECK_MS } from "../../lvm/pv-steps.ts";
import type { FoundGroup } from "../../lvm/metadata.ts";

/**
 * Switches off what a node's own start-up has switched on of a group that is shared from now on: its volumes are active only
 * where they are in use. Refuses while one is. $1 VG UUID, $2 its name; then the devices.
 */
const REST = `${REFUSE_SCRIPT}
uuid=$1 vg=$2
shift 2
open=$(lvs "$@" --noheadings -o lv_name -S "vg_uuid=$uuid && lv_device_open=open")
[ -z "$open" ] || refuse in-use $open
vgchange "$@" --setautoactivation n -- "$vg" && vgchange "$@" -an -- "$vg"`;

/** $1 VG UUID; then the devices. */
const AT_REST = `uuid=$1
shift
[ -z "$(lvs "$@" --noheadings -o lv_name -S "vg_uuid=$uuid && lv_active=active")" ] &&
  [ -n "$(vgs "$@" --noheadings -o vg_name -S "vg_uuid=$uuid && vg_autoactivation=0")" ]`;

/** An adopted group's volumes are switched on by nobody but the panel. */
export function restStep(target: string, group: FoundGroup, devices: readonly string[]): NodeStep {
  const { name, uuid } = group;
  return {
    ...{ kind: "node", id: "rest", target, title: text("network-lvm.step.rest", { vg: name }) },
    command: { argv: ["sh", "-c", REST, "spindle", uuid, name, ...devices], timeoutMs: CHANGE_MS },
    alreadyDone: { command: { argv: ["sh", "-c", AT_REST, "spindle", uuid, ...devices], timeoutMs: CHECK_MS } },
    undo: {
      title: text("network-lvm.step.unrest", { vg: name }),
      command: { argv: ["vgchange", ...devices, "--setautoactivation", "y", "--", name], timeoutMs: CHANGE_MS },
    },
  };
}
