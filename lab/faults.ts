import type { FaultOptions, LabNode } from "./node.ts";

export async function breakFault(_node: LabNode, _name: string, _options: FaultOptions): Promise<void> {}
export async function mendFault(_node: LabNode, _name: string, _options: FaultOptions): Promise<void> {}
export const faultNames: string[] = [];
