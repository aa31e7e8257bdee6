import { and, desc, eq, or, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { db } from "../../db/client.ts";
import { clusters, drives, nodes, storages, taskSearch, tasks } from "../../db/schema/index.ts";
import {
  bestFits,
  SEARCH_LONGEST,
  SEARCH_MOST,
  type SearchAnswer,
  type SearchHit,
  searchWords,
} from "../../domain/search.ts";
import { likePattern } from "../../db/like.ts";
import type { ServiceContext } from "../context.ts";

/** So many of those that fit are brought into order: the shortest names, which are nearest to what was typed. */
const CANDIDATES = 60;

/** One kind of thing that can be found. Answers with the best hits. */
type Source = (words: readonly string[]) => Promise<SearchHit[]>;

/** Each word in one of the columns. */
const everyWord = (words: readonly string[], ...columns: (SQL | { getSQL(): SQL })[]) =>
  and(...words.map((word) => or(...columns.map((column) => sql`lower(${column}) like ${likePattern(word)}`))));

const best = (hits: SearchHit[], words: readonly string[]) =>
  bestFits(hits, words, ({ name, about }) => [typeof name === "string" ? name : "", about]).slice(0, SEARCH_MOST);

const findClusters: Source = async (words) => {
  const rows = await db()
    .select({ id: clusters.id, name: clusters.name, virtualization: clusters.virtualization })
    .from(clusters)
    .where(everyWord(words, clusters.name))
    .orderBy(sql`length(${clusters.name})`, clusters.name)
    .limit(CANDIDATES);
  const hits = rows.map(({ id, name, virtualization }) => ({
    ...{ kind: "cluster" as const, id, name },
    about: virtualization.toUpperCase(),
    href: `/clusters/${id}`,
  }));
  return best(hits, words);
};

const findNodes: Source = async (words) => {
  const rows = await db()
    .select({ id: nodes.id, name: nodes.name, address: nodes.address, cluster: clusters.name })
    .from(nodes)
    .innerJoin(clusters, eq(clusters.id, nodes.clusterId))
    .where(everyWord(words, nodes.name, nodes.address, clusters.name))
    .orderBy(sql`length(${nodes.name})`, nodes.name)
    .limit(CANDIDATES);
  const hits = rows.map(({ id, name, address, cluster }) => ({
    ...{ kind: "node" as const, id, name },
    about: `${cluster} · ${address}`,
    href: `/nodes/${id}`,
  }));
  return best(hits, words);
};

const findStorages: Source = async (words) => {
  const rows = await db()
    .select({ id: storages.id, name: storages.name, storageKind: storages.kind, cluster: clusters.name })
    .from(storages)
    .innerJoin(clusters, eq(clusters.id, storages.clusterId))
    .where(everyWord(words, storages.name, sql`${storages.kind}`, clusters.name))
    .orderBy(sql`length(${storages.name})`, storages.name)
    .limit(CANDIDATES);
  const hits = rows.map(({ id, name, storageKind, cluster }) => ({
    ...{ kind: "storage" as const, id, name },
    ...{ about: cluster, storageKind },
    href: `/storages/${id}`,
  }));
  return best(hits, words);
};

/** By label, by id, which is also the volume's name on its storage, and by where it is. */
const findDrives: Source = async (words) => {
  const rows = await db()
    .select({ id: drives.id, label: drives.label, storage: storages.name, node: nodes.name, cluster: clusters.name })
    .from(drives)
    .innerJoin(clusters, eq(clusters.id, drives.clusterId))
    .innerJoin(storages, eq(storages.id, drives.storageId))
    .leftJoin(nodes, eq(nodes.id, drives.nodeId))
    .where(everyWord(words, drives.label, drives.id, storages.name, sql`coalesce(${nodes.name}, '')`, clusters.name))
    .orderBy(sql`length(${drives.label})`, drives.label)
    .limit(CANDIDATES);
  const hits = rows.map(({ id, label, storage, node, cluster }) => ({
    ...{ kind: "drive" as const, id, name: label },
    about: [cluster, storage, ...(node === null ? [] : [node]), id].join(" · "),
    href: `/drives/${id}`,
  }));
  return best(hits, words);
};

/** The newest first: an old one of the same name is rarely meant. */
const findTasks: Source = async (words) => {
  const rows = await db()
    .select({ id: tasks.id, title: tasks.title, who: tasks.actorName })
    .from(taskSearch)
    .innerJoin(tasks, eq(tasks.id, taskSearch.taskId))
    .where(everyWord(words, taskSearch.words))
    .orderBy(desc(tasks.createdAt))
    .limit(SEARCH_MOST);
  return rows.map(({ id, title, who }) => ({
    kind: "task" as const,
    id,
    name: title,
    about: who,
    href: `/tasks/${id}`,
  }));
};

/** Everything that is found. What is new, such as VMs, is one more line here. */
const SOURCES: readonly Source[] = [findClusters, findNodes, findStorages, findDrives, findTasks];

const querySchema = z.object({ q: z.string().max(SEARCH_LONGEST) });

/** What fits the words that were typed, the best of each kind. Throws ZodError for a search that is too long. */
export async function search(_ctx: ServiceContext, values: Record<string, string>): Promise<SearchAnswer> {
  const words = searchWords(querySchema.parse(values).q);
  if (words.length === 0) return { hits: [] };
  return { hits: (await Promise.all(SOURCES.map((find) => find(words)))).flat() };
}
