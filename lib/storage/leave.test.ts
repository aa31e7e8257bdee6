import { describe, expect, it } from "vitest";
import type { LeaveContext } from "./contract.ts";
import { availableKinds, requireDriver } from "./registry.ts";

const CONFIGS: Record<string, { config: unknown; identity: Record<string, string> }> = {
  file: { config: { vmDir: "/vm" }, identity: { marker: '{"storage":"st_1"}', vmFs: "x", imageFs: "", shareFs: "" } },
  "network-lvm": {
    config: {
      ...{ portals: "10.0.0.1", target: "iqn.2026-01.lab.host:san1", wwid: "360000000000000000e00000000010001" },
      ...{
        chapUser: "",
        chapSecret: "",
        reverseUser: "",
        reverseSecret: "",
        vgName: "net0",
        waitSeconds: 60,
        wipe: false,
      },
    },
    identity: { vgUuid: "VG-1", pvUuids: "PV-1", imageFs: "", shareFs: "", wwid: "3", target: "iqn" },
  },
  lvm: { config: { vgName: "lvm0" }, identity: { vgUuid: "VG-1", pvUuids: "PV-1", imageFs: "", shareFs: "" } },
};

function contextOf(kind: string): LeaveContext<unknown> {
  const of = CONFIGS[kind];
  if (!of) throw new Error(`How a storage of the kind ${kind} leaves is not tested`);
  const owner = {
    ...{ panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 },
  };
  return { ...of, owner, dirs: { imageDir: "/image", shareDir: "/share" }, details: null, target: "n" };
}

describe("a storage leaves a node @P03 @P14", () => {
  it.each([...availableKinds()])("%s: what takes its marks away proves what is done and can be undone", (kind) => {
    const { steps } = requireDriver(kind).leave(contextOf(kind));
    expect(steps.length).toBeGreaterThan(0);
    for (const step of steps) {
      expect(step.alreadyDone).toBeDefined();
      if (!step.isProof) expect(step.undo).toHaveProperty("command");
      // Whatever it holds is none of a removal's business.
      expect(JSON.stringify(step)).not.toMatch(/lvremove|vgremove|pvremove|rm -r|vgrename/);
    }
  });

  it.each([...availableKinds()])("%s: what stays where nothing can be run is said", (kind) => {
    expect(requireDriver(kind).leave(contextOf(kind)).left.length).toBeGreaterThan(0);
  });
});
