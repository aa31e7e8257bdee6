import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { db } from "../../db/client.ts";
import { taskSearch, tasks } from "../../db/schema/index.ts";
import {
  bestFits,
  SEARCH_LONGEST,
  SEARCH_MOST,
  type SearchAnswer,
  type SearchHit,
  searchWords,
} from "../../domain/search.ts";
import { likePattern } from "../../db/like.ts";
import { processWide } from "../../shared.ts";
import type { ServiceContext } from "../context.ts";
import { knownRows, type Rows } from "../drives/rows.ts";

/** So many of those that fit are brought into order: the shortest names, which are nearest to what was typed. */
const CANDIDATES = 60;

/** One kind of thing that can be found. Answers with the best hits. */
type Source = (words: readonly string[]) => Promise<SearchHit[]>;

/** A hit, and everything that it is found by, in lower case. */
interface Findable {
  hit: SearchHit & { name: string };
  text: string;
}

const findable = (hit: Findable["hit"], ...more: string[]): Findable => ({
  hit,
  text: [hit.name, ...more].join("\n").toLowerCase(),
});

/**
 * Everything but tasks, by kind: a few ten thousand names, which take less room than one answer of the database with them.
 * Drives by label, by id, which is also the volume's name on its storage, and by where they are.
 */
function findables(rows: Rows): Findable[][] {
  const clusterOf = new Map(rows.clusters.map(({ id, name }) => [id, name]));
  const nameOf = (clusterId: string) => clusterOf.get(clusterId) ?? "";
  return [
    rows.clusters.map(({ id, name, virtualization }) =>
      findable({ kind: "cluster", id, name, about: virtualization.toUpperCase(), href: `/clusters/${id}` }),
    ),
    rows.nodes.map(({ id, name, address, clusterId }) => {
      const cluster = nameOf(clusterId);
      const hit = { kind: "node" as const, id, name, about: `${cluster} · ${address}`, href: `/nodes/${id}` };
      return findable(hit, address, cluster);
    }),
    rows.storages.map(({ id, name, kind: storageKind, clusterId }) => {
      const hit = {
        kind: "storage" as const,
        id,
        name,
        about: nameOf(clusterId),
        storageKind,
        href: `/storages/${id}`,
      };
      return findable(hit, storageKind, hit.about);
    }),
    rows.drives.map(({ id, label, clusterId, storageId, nodeId }) => {
      const node = rows.nodeById.get(nodeId ?? "")?.name;
      const place = [
        nameOf(clusterId),
        rows.storageById.get(storageId)?.name ?? "",
        ...(node === undefined ? [] : [node]),
      ];
      const about = [...place, id].join(" · ");
      return findable({ kind: "drive", id, name: label, about, href: `/drives/${id}` }, id, ...place);
    }),
  ];
}

const found = () => processWide("findables", () => new WeakMap<Rows, Findable[][]>());

function nearest(all: readonly Findable[], words: readonly string[]): SearchHit[] {
  const hits = all.filter(({ text }) => words.every((word) => text.includes(word))).map(({ hit }) => hit);
  const candidates = hits
    .sort((a, b) => a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .slice(0, CANDIDATES);
  return bestFits(candidates, words, ({ name, about }) => [name, about]).slice(0, SEARCH_MOST);
}

const findRows: Source = async (words) => {
  const rows = await knownRows();
  const all = found().get(rows) ?? findables(rows);
  found().set(rows, all);
  return all.flatMap((kind) => nearest(kind, words));
};

/** The newest first: an old one of the same name is rarely meant. */
const findTasks: Source = async (words) => {
  const rows = await db()
    .select({ id: tasks.id, title: tasks.title, who: tasks.actorName })
    .from(taskSearch)
    .innerJoin(tasks, eq(tasks.id, taskSearch.taskId))
    .where(and(...words.map((word) => sql`${taskSearch.words} like ${likePattern(word)}`)))
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
const SOURCES: readonly Source[] = [findRows, findTasks];

const querySchema = z.object({ q: z.string().max(SEARCH_LONGEST) });

/** What fits the words that were typed, the best of each kind. Throws ZodError for a search that is too long. */
export async function search(_ctx: ServiceContext, values: Record<string, string>): Promise<SearchAnswer> {
  const words = searchWords(querySchema.parse(values).q);
  if (words.length === 0) return { hits: [] };
  return { hits: (await Promise.all(SOURCES.map((find) => find(words)))).flat() };
}
