import { text } from "../../domain/text.ts";
import type { Hypervisor } from "../contract.ts";
import { leaveNode } from "../leave.ts";
import { type KvmFacts, lookAtMachine } from "./facts.ts";
import { kvmNotes, kvmRows } from "./rows.ts";
import { kvmPreviewSteps, kvmSteps } from "./steps.ts";

/** Guests under QEMU/KVM, by libvirt. */
export const kvm: Hypervisor<KvmFacts> = {
  virtualization: "kvm",
  facts: lookAtMachine,
  rows: kvmRows,
  steps: (facts, context, target) => ({ ...kvmSteps(facts, context, target), notes: kvmNotes(facts.packages) }),
  leave: leaveNode,
  preview: (context, target) => ({ ...kvmPreviewSteps(context, target), notes: [text("join.note.packages")] }),
  machine: ({ machine, versions }) => ({
    known: {
      machineId: machine.machineId,
      hostName: machine.hostName,
      hostUuid: machine.hostUuid,
      initiatorName: machine.initiatorName,
    },
    summary: {
      hostname: machine.hostName,
      system: machine.osName,
      kernel: machine.kernel,
      arch: machine.arch,
      cpuModel: machine.cpuModel,
      threads: machine.threads,
      memory: machine.memory,
      libvirt: versions.libvirt,
      qemu: versions.qemu,
      hostUuid: machine.hostUuid,
      initiatorName: machine.initiatorName,
    },
  }),
};
