import { type Text, text } from "../../domain/text.ts";
import { say } from "../../plans/say.ts";
import type { NodeRow, StorageRow, World } from "../drives/world.ts";
import { writerLock } from "./leave.ts";

/**
 * A node that is not asked to let go may go on mapping what all nodes see. Once it is forgotten, or the storage is, nobody
 * asks it before space is given to somebody else, so it would write over that. Only a machine that is powered off may be
 * passed over so, and somebody has to say that it is: one rule for the removal of a node, of a storage and of a cluster.
 */
export interface StillMapped {
  node: Pick<NodeRow, "name">;
  /** Names of the storages. */
  storages: string;
}

/** Of the storages that a node does not let go of, those that it may go on writing to; null where there is none. */
export function stillMapped(world: World, node: NodeRow, away: readonly StorageRow[]): StillMapped | null {
  // What one node has for itself nobody else gives to others.
  const shared = away.filter((storage) => world.isShared(storage) && writerLock(world, node, storage) !== null);
  return shared.length > 0 ? { node, storages: shared.map(({ name }) => name).join(", ") } : null;
}

const valuesOf = ({ node, storages }: StillMapped) => ({ node: node.name, storages });

/** Why such a node stands in the way. */
export const mapsBlocker = (still: StillMapped): Text => text("life.maps.stands", valuesOf(still));

/** What was stated of it, in the plan and in the audit log. */
export const mapsStated = (still: StillMapped): Text => text("life.maps.stated", valuesOf(still));

/** More nodes are counted, not named: nobody types a page. */
const NAMED = 3;

/** What is typed before such nodes are passed over; null where there are none. */
export function offStatement(still: readonly StillMapped[]): string | null {
  const names = still.map(({ node }) => node.name);
  const [only, ...others] = names;
  if (only === undefined) return null;
  if (others.length === 0) return say(text("life.maps.is-off", { node: only }));
  if (names.length <= NAMED) return say(text("life.maps.are-off", { nodes: names.join(", ") }));
  return say(text("life.maps.so-many-off", { count: names.length }));
}

/** Names of the nodes that were stated to be off, for the audit log. */
export const namesOff = (still: readonly StillMapped[]): string[] => still.map(({ node }) => node.name);
