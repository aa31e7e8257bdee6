import * as schema from "../../../lib/db/schema/index.ts";
import type { Volume } from "../../../lib/domain/drive.ts";
import { before, type Database, GIB, HOUR, SEED } from "./names.ts";

/** Drives of every state on the first node, their volumes, and one that is nobody's. */
export async function seedDrives(db: Database): Promise<void> {
  const place = { clusterId: SEED.cluster.id, storageId: SEED.fast.id, nodeId: SEED.node.id, format: "raw" as const };
  const times = { createdAt: before(3 * HOUR), changedAt: before(2 * HOUR) };
  const row = (id: string, label: string, size: number) => ({
    ...place,
    ...times,
    id,
    label,
    size,
    state: "ready" as const,
  });
  await db.insert(schema.drives).values([
    { ...row(SEED.drive.id, SEED.drive.label, 40 * GIB), isProtected: true },
    { ...row("dr_seed0000000002", "web-10", 80 * GIB) },
    { ...row("dr_seed0000000003", "web-2", 20 * GIB), state: "failed" },
    { ...row(SEED.gone.id, SEED.gone.label, 10 * GIB) },
    {
      ...row("dr_seed0000000004", "mail", 100 * GIB),
      storageId: SEED.main.id,
      format: "qcow2",
      nodeId: SEED.node.id,
    },
  ]);
  const lv = (name: string, size: number, more: Partial<Volume> = {}): Volume => ({
    ...{
      name,
      drive: name,
      label: null,
      size,
      used: size,
      isActive: false,
      isOpen: false,
      isBlanking: false,
      isWiping: false,
    },
    ...more,
  });
  // Long enough ago that pages say so.
  const listed = { nodeId: SEED.node.id, measuredAt: before(300_000) };
  await db.insert(schema.volumesLast).values([
    {
      ...listed,
      storageId: SEED.fast.id,
      volumes: [
        lv(SEED.drive.id, 40 * GIB, { isActive: true, isOpen: true }),
        lv("dr_seed0000000002", 80 * GIB),
        lv("dr_seed0000000003", 20 * GIB, { isBlanking: true }),
        lv("old\u202edata", 5 * GIB, { drive: null }),
      ],
    },
    {
      ...listed,
      storageId: SEED.main.id,
      volumes: [
        lv("dr_seed0000000004.qcow2", 100 * GIB, { drive: "dr_seed0000000004", used: 7 * GIB, isActive: null }),
      ],
    },
  ]);
}
