import type { NodeStep } from "../../domain/plan.ts";
import { type Text, text } from "../../domain/text.ts";
import { requireDriver } from "../../storage/registry.ts";
import type { PlanInput } from "./assemble.ts";
import { clusterDirSteps, ownershipOf } from "./judge-machine.ts";

/** What would run on each node, as far as it is known before any was looked at. */
export function previewSteps(input: PlanInput, target: string): { steps: NodeStep[]; notes: Text[] } {
  const host = input.hypervisor.preview(
    {
      panelId: input.panel.id,
      nodeId: "NODE",
      user: "root",
      keyLine: "restrict ssh-ed25519 … spindle:NODE",
      others: [],
    },
    target,
  );
  const parts = input.storages.map((storage) => {
    const context = {
      config: storage.config,
      dirs: input.dirs,
      owner: ownershipOf(input, storage),
      choices: {},
      target: "NODE",
    };
    const preview = requireDriver(storage.kind).preview(context);
    return { ...preview, steps: preview.steps.map((step) => ({ ...step, target, id: `${storage.id}.${step.id}` })) };
  });
  const dirs = [input.dirs.imageDir, input.dirs.shareDir].map((path) => ({ path, missing: [path] }));
  return {
    steps: [...host.install, ...host.prepare, ...clusterDirSteps(target, dirs), ...parts.flatMap((part) => part.steps)],
    notes: [text("join.note.each-node"), ...host.notes, ...parts.flatMap((part) => part.notes)],
  };
}
