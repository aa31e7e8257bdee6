import { eq } from "drizzle-orm";
import { db } from "../../lib/db/client.ts";
import { tasks } from "../../lib/db/schema/index.ts";
import { confirmRemoval, previewRemoval } from "../../lib/services/nodes/remove.ts";
import { confirmKeyRotation, planKeyRotation } from "../../lib/services/nodes/rotate.ts";
import type { TestDatabase } from "./database.ts";
import { ctx, type Seen, seenOn } from "./join-subject.ts";
import { type Member, type MemberSubjects, memberSubjects, oneMember, well } from "./member-subject.ts";

/** The change of a key as it ends well, the same with another task in the way of its switch, and a removal. */
export type NodeDeed = "rotated" | "kept" | "removed";

/** Lines of ours that let somebody in. */
export type SeenNode = Seen & { lines: string[] };

async function confirmNodeRemoval(member: Member): Promise<string> {
  const look = () => well(member);
  const input = { nodeId: member.nodeId, isForced: false };
  const { digest, blockers } = await previewRemoval(ctx, input, look);
  if (!digest) throw new Error(`the node can't be removed: ${JSON.stringify(blockers)}`);
  return (await confirmRemoval(ctx, { ...input, digest, typed: "" }, look)).taskId;
}

async function confirmNewKey(member: Member): Promise<string> {
  const look = () => well(member);
  const { planId, digest } = await planKeyRotation(ctx, { nodeId: member.nodeId }, look);
  return (await confirmKeyRotation(ctx, { planId, digest }, look)).taskId;
}

/** A task of another installation on the same node, which nobody else takes: the switch is refused for it. */
async function stranger(taskId: string): Promise<void> {
  const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
  if (!task) throw new Error("the task is gone");
  const leaseUntil = new Date(Date.now() + 86_400_000);
  await db()
    .insert(tasks)
    .values({ ...task, id: "tk_stranger", state: "running", leaseOwner: "elsewhere:1", leaseUntil });
}

export type NodeSubjects = MemberSubjects<NodeDeed, SeenNode>;

/** Makes a cluster of one node, and from there each of the tasks. */
export async function nodeSubjects(database: TestDatabase): Promise<NodeSubjects> {
  const member = await oneMember(database);
  const { machine } = member;
  const seen = async (taskId: string): Promise<SeenNode> => {
    const lines = await machine.sh("grep -h spindle: /root/.ssh/authorized_keys || true");
    return { ...(await seenOn([machine], taskId)), lines: lines.trim().split("\n").filter(Boolean) };
  };
  const deeds = {
    rotated: { confirm: () => confirmNewKey(member) },
    kept: { confirm: () => confirmNewKey(member), meanwhile: stranger, fails: "switch-key" },
    removed: { confirm: () => confirmNodeRemoval(member) },
  };
  return memberSubjects(database, member, deeds, seen);
}
