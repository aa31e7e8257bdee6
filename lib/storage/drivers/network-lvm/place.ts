import type { Ownership } from "../../contract.ts";
import { type IscsiTarget, type NetworkLvmConfig, targetNames } from "./config.ts";

/** One storage on one node: what the steps about its target and LUNs are made from. */
export interface Place {
  config: NetworkLvmConfig;
  owner: Ownership;
  /** Key of the node in the plan. */
  target: string;
}

/** Behind the ids of steps about a LUN that was added to the one of the form. */
export const suffixOf = ({ config }: Pick<Place, "config">, wwid: string): string =>
  wwid === config.wwid ? "" : `-${wwid}`;

/** Behind the ids of steps, and the names of units, about a target: the storage's first, or which of those that were added. */
export const suffixAt = (index: number): string => (index === 0 ? "" : `-t${index + 1}`);

export const targetSuffix = ({ config }: Pick<Place, "config">, { target }: Pick<IscsiTarget, "target">): string =>
  suffixAt(targetNames(config).indexOf(target));
