import type { Ownership } from "../../contract.ts";
import type { NetworkLvmConfig } from "./config.ts";

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
