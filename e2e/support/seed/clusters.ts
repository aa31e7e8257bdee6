import * as schema from "../../../lib/db/schema/index.ts";
import { type Database, SEED } from "./names.ts";

export async function seedClusters(db: Database): Promise<void> {
  await db.insert(schema.clusters).values(
    [SEED.cluster, SEED.empty].map((cluster) => ({
      ...cluster,
      virtualization: "kvm" as const,
      imageDir: "/image",
      shareDir: "/share",
    })),
  );
  await db.insert(schema.storages).values([
    { ...SEED.main, clusterId: SEED.cluster.id, kind: "file", config: { vmDir: "/vm" }, isMain: true },
    { ...SEED.fast, clusterId: SEED.cluster.id, kind: "lvm", config: { vgName: "lvm0" } },
    {
      id: "st_seedfile000002",
      name: "ssd",
      clusterId: SEED.empty.id,
      kind: "file",
      config: { vmDir: "/vm" },
      isMain: true,
    },
  ]);
}
