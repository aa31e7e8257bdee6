import { eq } from "drizzle-orm";
import type { Executor } from "../../db/client.ts";
import { clusters, storages } from "../../db/schema/index.ts";
import type { DraftData } from "../../domain/dto.ts";
import type { StoredData } from "./stored.ts";

export type DraftKind = "cluster" | "join" | "storage";

/**
 * What was typed, with what the cluster that it is for is and has now: a storage that came or went since the draft was
 * begun is never planned with, nor without. `fixed`: keys of the storages that are the cluster's own. Null: the cluster
 * is gone.
 */
export async function withCluster(
  kind: DraftKind,
  stored: StoredData,
  tx: Executor,
): Promise<{ stored: StoredData; fixed: string[] } | null> {
  if (kind === "cluster") return { stored, fixed: [] };
  const [cluster] = await tx.select().from(clusters).where(eq(clusters.id, stored.clusterId));
  if (!cluster) return null;
  const rows = await tx
    .select()
    .from(storages)
    .where(eq(storages.clusterId, cluster.id))
    .orderBy(storages.createdAt, storages.id);
  const fixed = rows.map((row) => row.id);
  const known = [...new Set([...(stored.known ?? []), ...fixed])];
  const typed = kind === "storage" ? stored.form.storages.filter(({ key }) => !known.includes(key)) : [];
  const form: DraftData = {
    name: cluster.name,
    virtualization: cluster.virtualization,
    imageDir: cluster.imageDir,
    shareDir: cluster.shareDir,
    storages: [
      ...rows.map((row) => ({
        key: row.id,
        kind: row.kind,
        name: row.name,
        config: row.config as DraftData["storages"][number]["config"],
      })),
      ...typed,
    ],
    mainKey: rows.find((row) => row.isMain)?.id ?? null,
    step: stored.form.step,
  };
  const storageIds = { ...stored.storageIds, ...Object.fromEntries(fixed.map((id) => [id, id])) };
  return { stored: { ...stored, form, storageIds, known }, fixed };
}
