import type { DriveState } from "./drive.ts";
import type { Membership, NodeHealth, NodeMode } from "./live.ts";
import type { PlannedView } from "./planned.ts";
import { type Text, text } from "./text.ts";

export const NODE_VERBS = ["edit", "maintenance", "in-service", "accept-host-key", "rotate-key", "remove"] as const;
export type NodeVerb = (typeof NODE_VERBS)[number];

/** A drive on a node, as far as it matters to whoever takes the node out of service. Null: not measured. */
export interface NodeDrive {
  id: string;
  label: string;
  storage: string;
  state: DriveState;
  isActive: boolean | null;
  isOpen: boolean | null;
}

/** A task that has not ended and works on a node. */
export interface NodeTask {
  id: string;
  title: Text;
}

/** GET /api/nodes/ID/concerns: what stands on a node, and what is at work on it. */
export interface NodeConcerns {
  drives: NodeDrive[];
  tasks: NodeTask[];
}

/** What decides whether a verb can be done to a node. */
export interface ActedNode {
  name: string;
  membership: Membership;
  mode: NodeMode;
  health: NodeHealth | undefined;
  /** Why it is in this health. */
  reason: Text | null;
  tasks: readonly NodeTask[];
}

/** The machine shows another host key than the pinned one: said by the connection that was refused for it. */
export function showsOtherHostKey({ health, reason }: Pick<ActedNode, "health" | "reason">): boolean {
  return health === "unreachable" && reason?.key === "ssh.host-key";
}

/** A node that answers, but whose main storage is not known: its health is, for that alone, unknown. */
const ANSWERS = ["live.node.main-unchecked", "live.node.main-late"];

/** Whether commands can be sent to a node now. */
export function isReached({ health, reason }: Pick<ActedNode, "health" | "reason">): boolean {
  if (health === "unknown") return ANSWERS.includes(reason?.key ?? "");
  return health === "active" || health === "corrupted";
}

function modeObstacle(wanted: NodeMode, { name, mode }: ActedNode): Text | null {
  if (mode !== wanted) return null;
  return text(wanted === "maintenance" ? "node.obstacle.in-maintenance" : "node.obstacle.in-service", { node: name });
}

/** Why a verb can't be done to a node now; null when it can. One table for pages and server. */
export function nodeObstacle(verb: NodeVerb, node: ActedNode): Text | null {
  const values = { node: node.name };
  if (node.membership === "joining") return text("node.obstacle.joining", values);
  // A removal that came to no end on the node is gone on with by another one.
  if (node.membership === "leaving" && (verb !== "remove" || node.tasks.length > 0))
    return text("node.obstacle.leaving", values);
  const isAtWork = node.tasks.length > 0 && (verb === "remove" || verb === "rotate-key");
  if (isAtWork) return text("node.obstacle.task", values);
  switch (verb) {
    case "maintenance":
      return modeObstacle("maintenance", node);
    case "in-service":
      return modeObstacle("in-service", node);
    case "accept-host-key":
      return showsOtherHostKey(node) ? null : text("node.obstacle.same-host-key", values);
    case "rotate-key":
      return isReached(node) ? null : text("node.obstacle.not-reached", values);
    default:
      return null;
  }
}

/** GET /api/nodes/ID/removal */
export interface NodeRemovalView extends PlannedView {
  /** Whether what stands in the way can be overridden by force. */
  canForce: boolean;
  /** What stays behind on the node, or is lost with its rows. */
  left: Text[];
}

/** `SHA256:…` of the host key that is pinned, and of the one the machine shows. */
export interface HostKeys {
  pinned: string;
  shown: string;
}
