import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { db } from "../lib/db/client.ts";
import { openPanelDatabase } from "../lib/db/open.ts";
import { clusters, nodeStorages, nodes, storages } from "../lib/db/schema/index.ts";
import { type Env, parseEnv } from "../lib/env.ts";
import { loadMasterKey, panelIdentity } from "../lib/secrets/master.ts";
import { sealSecret } from "../lib/secrets/store.ts";
import { createFirstAdministrator } from "../lib/services/users/links.ts";
import type { Admin } from "../e2e/fixtures/run.ts";
import { type Recording, readRecording } from "./replay.ts";
import type { Sshd } from "./sshd.ts";

const nameOf = (number: number) => `node-${String(number).padStart(4, "0")}`;

/** Of loopback, one for each node. */
export const addressOf = (number: number) => `127.10.${Math.floor(number / 250)}.${(number % 250) + 1}`;

/** Makes this process look at a data folder as the panel that will run on it. */
function lookAt(dataDir: string): void {
  const holder = globalThis as unknown as Record<symbol, Env>;
  holder[Symbol.for("spindle.env")] = parseEnv({ SPINDLE_DATA: dataDir, SPINDLE_LOG: "warn" }, []);
}

/** The rows of one cluster with the recorded storages, and of its nodes, all at the addresses of one sshd. */
async function insertMembers(count: number, { cluster, storages: kept }: Recording, sshd: Sshd): Promise<void> {
  await db()
    .insert(clusters)
    .values({ ...cluster, virtualization: "kvm" });
  await db()
    .insert(storages)
    .values(
      kept.map(({ id, kind, name, config, isMain }) => ({ id, kind, name, config, isMain, clusterId: cluster.id })),
    );
  const keySecret = await sealSecret({ purpose: "node-key", value: sshd.privateKey });
  const rows = Array.from({ length: count }, (_, index) => ({
    ...{ id: `nd_bench${String(index).padStart(10, "0")}`, clusterId: cluster.id, name: nameOf(index + 1) },
    ...{ address: addressOf(index), port: sshd.port, user: sshd.user, fingerprint: sshd.fingerprint, keySecret },
    ...{ machineId: `bench${index}`, membership: "member" as const },
  }));
  await db().insert(nodes).values(rows);
  const pinned = rows.flatMap(({ id }) =>
    kept.map((storage) => ({ nodeId: id, storageId: storage.id, identity: storage.identity })),
  );
  await db().insert(nodeStorages).values(pinned);
}

interface PanelOf {
  dataDir: string;
  count: number;
  admin: Admin;
  startSshd: (recording: Recording) => Promise<Sshd>;
  /** Writes more rows; the database is open meanwhile. */
  fill?: (() => Promise<void>) | undefined;
}

/** Fills a data folder with an administrator and `count` nodes, and answers with what speaks for them. */
export async function makePanelOf({ dataDir, count, admin, startSshd, fill }: PanelOf): Promise<Sshd> {
  await mkdir(join(dataDir, "key"), { recursive: true });
  await chmod(dataDir, 0o711);
  lookAt(dataDir);
  const database = await openPanelDatabase();
  try {
    await loadMasterKey();
    await createFirstAdministrator(admin);
    const recording = readRecording((await panelIdentity()).id);
    const sshd = await startSshd(recording);
    await insertMembers(count, recording, sshd);
    await fill?.();
    return sshd;
  } finally {
    await database.close();
  }
}
