import type { NodeStep } from "../domain/plan.ts";
import type { PreflightRow } from "../domain/preflight.ts";
import type { Virtualization } from "../domain/storage.ts";
import type { Text } from "../domain/text.ts";
import type { LeavePlan, Reader } from "../storage/contract.ts";
import type { OwnLine } from "./way-in.ts";

/** A machine that the panel knows already, or that is beside this one in the draft. */
export interface KnownMachine {
  /** What people call it. */
  label: string;
  /** Null while it is only in the same draft. */
  clusterName: string | null;
  machineId: string;
  hostName: string;
  hostUuid: string;
  initiatorName: string;
}

export interface HostContext {
  panelId: string;
  /** The node's own id: what marks the panel's line and file on it. */
  nodeId: string;
  user: string;
  /** The panel's line for authorized_keys. */
  keyLine: string;
  others: KnownMachine[];
  /** It is a node already: nothing lets the panel in, and nothing marks it, once more. */
  isMember?: boolean;
}

/** The node that leaves, and the panel's key on it. */
export interface LeavingNode extends OwnLine {
  panelId: string;
}

/** What a machine must be for a virtualization: reads, rows from what was read, steps that make it so. */
export interface Hypervisor<Facts = unknown> {
  virtualization: Virtualization;
  /** Looks at the machine part by part; `onPart` gets what is known so far. Reads only. */
  facts(
    read: Reader,
    packages: readonly string[],
    user: string,
    onPart: (soFar: Partial<Facts>) => void,
  ): Promise<Facts>;
  /** Rows for the parts that are known. Pure. */
  rows(facts: Partial<Facts>, context: HostContext): PreflightRow[];
  steps(
    facts: Facts,
    context: HostContext,
    target: string,
  ): { install: NodeStep[]; prepare: NodeStep[]; notes: Text[] };
  /** What takes a node's marks and the panel's way in off it: nothing that a VM or a drive needs is touched. Pure. */
  leave(leaving: LeavingNode, target: string): LeavePlan;
  /** The steps as far as they are known without a machine. */
  preview(context: HostContext, target: string): { install: NodeStep[]; prepare: NodeStep[]; notes: Text[] };
  /** What tells this machine from others, and what its page shows. */
  machine(facts: Facts): { known: Omit<KnownMachine, "label" | "clusterName">; summary: Record<string, unknown> };
}
