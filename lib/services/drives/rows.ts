import { asc, sql } from "drizzle-orm";
import { db, type Executor } from "../../db/client.ts";
import { clusters, drives, nodeStorages, nodes, panel, storages } from "../../db/schema/index.ts";
import { Kept } from "../../live/versions.ts";
import { processWide } from "../../shared.ts";

export type DriveRow = typeof drives.$inferSelect;
export type NodeRow = typeof nodes.$inferSelect;
export type StorageRow = typeof storages.$inferSelect;

const TABLES = { panel, clusters, storages, nodes, nodeStorages, drives };
type Name = keyof typeof TABLES;
const NAMES = Object.keys(TABLES) as Name[];

const READ = {
  panel: (tx: Executor) => tx.select({ id: panel.id, epoch: panel.epoch }).from(panel),
  clusters: (tx: Executor) => tx.select().from(clusters),
  storages: (tx: Executor) => tx.select().from(storages).orderBy(asc(storages.createdAt), asc(storages.id)),
  nodes: (tx: Executor) => tx.select().from(nodes).orderBy(asc(nodes.createdAt), asc(nodes.id)),
  nodeStorages: (tx: Executor) => tx.select().from(nodeStorages),
  drives: (tx: Executor) => tx.select().from(drives).orderBy(asc(drives.createdAt), asc(drives.id)),
} satisfies Record<Name, unknown>;

type Read = { [K in Name]: Awaited<ReturnType<(typeof READ)[K]>> };

/** Rows as they were read, each found by what it is asked for. */
export type Rows = ReturnType<typeof indexed>;

function indexed({ panel: owners, nodeStorages: pinned, ...read }: Read) {
  return {
    ...read,
    panel: owners[0],
    pinned: new Map(pinned.map((row) => [`${row.nodeId}:${row.storageId}`, row.identity])),
    storageById: new Map(read.storages.map((row) => [row.id, row])),
    nodeById: new Map(read.nodes.map((row) => [row.id, row])),
    driveById: new Map(read.drives.map((row) => [row.id, row])),
    drivesByNode: Map.groupBy(read.drives, (row) => row.nodeId),
    drivesByPlace: Map.groupBy(read.drives, (row) => `${row.nodeId}:${row.storageId}`),
  };
}

/** One after another, in whatever transaction it is. `before`: tables that need not be read again. */
async function readTables(tx: Executor, before: Partial<Read> = {}): Promise<Read> {
  return {
    panel: before.panel ?? (await READ.panel(tx)),
    clusters: before.clusters ?? (await READ.clusters(tx)),
    storages: before.storages ?? (await READ.storages(tx)),
    nodes: before.nodes ?? (await READ.nodes(tx)),
    nodeStorages: before.nodeStorages ?? (await READ.nodeStorages(tx)),
    drives: before.drives ?? (await READ.drives(tx)),
  };
}

/** The rows as a transaction sees them. */
export const rowsIn = async (tx: Executor): Promise<Rows> => indexed(await readTables(tx));

type Marks = Record<Name, string>;

/** Of each table a text that is another one as soon as any row was written or is gone. */
async function readMarks(tx: Executor): Promise<Marks> {
  const columns = NAMES.map(
    (name) => sql`(select count(*) || ' ' || coalesce(sum(hashtextextended(ctid::text || xmin::text, 0)), 0)
      from ${TABLES[name]}) as ${sql.identifier(name)}`,
  );
  const [marks] = await tx.execute<Marks>(sql`select ${sql.join(columns, sql`, `)}`);
  if (!marks) throw new Error("The database answered no marks");
  return marks;
}

interface Last {
  marks: Marks;
  read: Read;
  rows: Rows;
}

const last = () => processWide<{ of: Last | null }>("rows-read", () => ({ of: null }));

/**
 * Only tables that were written are read again: twenty thousand drives cost a hundred times what their mark does. Marks
 * and rows are of one instant. Of two, a row that came and went between them would stay for as long as the marks do.
 */
async function readAgain(): Promise<Rows> {
  const before = last().of;
  if (before && isSame(before.marks, await readMarks(db()))) return before.rows;
  return db().transaction(
    async (tx) => {
      const marks = await readMarks(tx);
      const same = NAMES.filter((name) => before?.marks[name] === marks[name]);
      const read = await readTables(tx, Object.fromEntries(same.map((name) => [name, before?.read[name]])));
      const rows = indexed(read);
      last().of = { marks, read, rows };
      return rows;
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

const isSame = (a: Marks, b: Marks) => NAMES.every((name) => a[name] === b[name]);

/** They are many: where changes are heard of, they are looked at again when there was one. */
const MOST_ROWS_MS = 2_000;
const kept = () =>
  processWide("rows", () => new Kept(["cluster", "storage", "node", "drive"], readAgain, MOST_ROWS_MS));

/** The rows as they were read last; the same object as long as nothing in them has changed. */
export const knownRows = (): Promise<Rows> => kept().get();
