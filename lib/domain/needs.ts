import { badness, capacityTone, isStorageWrong, nodeWord } from "./badges.ts";
import type { ClusterView, NodeView, StorageView, TaskRow } from "./dto.ts";
import type { NodeLive, StorageLive } from "./live.ts";
import { type Text, text } from "./text.ts";
import { DEFAULT_THRESHOLDS, type Forecast, NO_OUTLOOK, type Outlook, outlookKey, type Thresholds } from "./usage.ts";
import { formatPercent, formatUsage, fractionOf, naturalOrder } from "./units.ts";

/** Something that waits for a person, with its one action. */
export interface Need {
  /** Stable while the cause lasts. */
  id: string;
  /** Smaller is more urgent. */
  urgency: number;
  tone: "bad" | "warn";
  clusterId: string | null;
  title: Text;
  details: Text[];
  /** ISO time; null where it is not known. */
  since: string | null;
  action: { label: Text; href: string };
}

/** So many are shown at once: when a whole rack is gone, the first ones say so. */
export const FIRST_NEEDS = 12;

/** How urgent each kind of trouble is; the gaps leave room between. */
const URGENCY = {
  corrupted: 0,
  unreachable: 10,
  lost: 20,
  taskLeft: 30,
  diskFailing: 35,
  full: 40,
  readOnly: 41,
  nearlyFull: 45,
  degraded: 50,
  diskFaults: 55,
  unknown: 60,
  filling: 70,
  taskUndone: 80,
} as const;

/** Disks that are told of in a node's line; its page tells of all. */
const TOLD_DISKS = 3;

const A_DAY = 86_400_000;

type Live = Readonly<Record<string, NodeLive>>;

function nodeNeed(cluster: ClusterView, node: NodeView, live: NodeLive | undefined): Need | null {
  const word = nodeWord(node, live);
  if (word !== "corrupted" && word !== "unreachable" && word !== "unknown") return null;
  const why = `/clusters/${cluster.id}?why=${node.id}`;
  return {
    id: `node-${node.id}`,
    urgency: URGENCY[word],
    tone: word === "unknown" ? "warn" : "bad",
    clusterId: cluster.id,
    title: text(`pages.needs.${word}`, { node: node.name }),
    details: live?.reason ? [live.reason] : [],
    since: live?.since ?? null,
    action:
      word === "corrupted"
        ? { label: text("pages.needs.seeWhy"), href: why }
        : { label: text("pages.needs.openNode"), href: `/nodes/${node.id}` },
  };
}

/** One line a node, whatever its disks say: a shelf that dies is one thing to do. */
function diskNeed(cluster: ClusterView, node: NodeView, { diskFaults }: NodeLive): Need | null {
  if (diskFaults.length === 0) return null;
  const failing = diskFaults.filter((fault) => fault.isFailing).length;
  const isFailing = failing > 0;
  return {
    id: `disks-${node.id}`,
    urgency: isFailing ? URGENCY.diskFailing : URGENCY.diskFaults,
    tone: isFailing ? "bad" : "warn",
    clusterId: cluster.id,
    title: isFailing
      ? text("pages.needs.disk.failing", { node: node.name, count: failing })
      : text("pages.needs.disk.faults", { node: node.name, count: diskFaults.length }),
    details: diskFaults.slice(0, TOLD_DISKS).map((fault) => fault.text),
    since: null,
    action: { label: text("pages.needs.openNode"), href: `/nodes/${node.id}` },
  };
}

type StorageTrouble = "lost" | "full" | "readOnly" | "nearlyFull" | "degraded" | "filling";

/** A storage that is full within so many days needs somebody, however much room there is. */
const SOON_DAYS = 7;

/** What is known of how a storage fills on a node. */
interface Filling {
  thresholds: Thresholds;
  forecast: Forecast | undefined;
  now: number;
}

function isFullSoon({ forecast, now }: Filling): boolean {
  return forecast?.fullAt ? Date.parse(forecast.fullAt) - now < SOON_DAYS * A_DAY : false;
}

function troubleOf(storage: StorageLive, filling: Filling): StorageTrouble | null {
  if (storage.status === "lost") return "lost";
  if (storage.full) return "full";
  if (storage.readOnly) return "readOnly";
  if (storage.status === "degraded") return "degraded";
  if (storage.status !== "ok") return null;
  const tone = capacityTone(fractionOf(storage.figures?.used, storage.figures?.size), filling.thresholds);
  if (tone === "bad") return "nearlyFull";
  return tone === "warn" || isFullSoon(filling) ? "filling" : null;
}

function fullDay({ forecast, now }: Filling): Text[] {
  if (!forecast?.fullAt) return [];
  const at = Date.parse(forecast.fullAt);
  return [at - now < A_DAY / 24 ? text("capacity.fullNow") : text("capacity.fullOn", { at })];
}

function storageNeed(
  cluster: ClusterView,
  node: NodeView,
  storage: StorageView,
  live: StorageLive,
  filling: Filling,
): Need | null {
  const trouble = troubleOf(live, filling);
  if (!trouble) return null;
  const figures = live.figures;
  const usage = figures
    ? [
        text("pages.needs.usage", {
          usage: formatUsage(figures.used, figures.size),
          percent: formatPercent(fractionOf(figures.used, figures.size)),
        }),
      ]
    : [];
  const isFilling = trouble === "filling" || trouble === "nearlyFull";
  return {
    id: `storage-${node.id}-${storage.id}`,
    urgency: URGENCY[trouble],
    tone: trouble === "lost" || trouble === "full" || trouble === "nearlyFull" ? "bad" : "warn",
    clusterId: cluster.id,
    title: text(`pages.needs.storage.${trouble}`, { storage: storage.name, node: node.name }),
    details: isFilling
      ? [...fullDay(filling), ...usage]
      : [...(live.cause ? [live.cause.reason] : []), ...(trouble === "full" ? usage : [])],
    since: isFilling ? null : live.since,
    action: isFilling
      ? { label: text("pages.needs.openStorage"), href: `/storages/${storage.id}?node=${node.id}` }
      : { label: text("pages.needs.seeWhy"), href: `/clusters/${cluster.id}?why=${node.id}` },
  };
}

function clusterNeeds(cluster: ClusterView, live: Live, outlook: Outlook, now: number): Need[] {
  const storages = new Map(cluster.storages.map((storage) => [storage.id, storage]));
  return cluster.nodes.flatMap((node) => {
    const state = live[node.id];
    const own = [nodeNeed(cluster, node, state), state ? diskNeed(cluster, node, state) : null].filter(
      (need) => need !== null,
    );
    // An unreachable node says nothing new about its storages: their last figures are old.
    if (!state || state.health === "unreachable" || state.health === "unknown") return own;
    const others = state.storages.flatMap((each) => {
      const storage = storages.get(each.storageId);
      // The main storage's loss is already said by the corrupted node.
      if (!storage || (state.health === "corrupted" && storage.isMain)) return [];
      const thresholds = outlook.thresholds[storage.id] ?? DEFAULT_THRESHOLDS;
      const forecast = outlook.forecasts[outlookKey(node.id, storage.id)];
      return storageNeed(cluster, node, storage, each, { thresholds, forecast, now }) ?? [];
    });
    return [...own, ...others];
  });
}

/** A failed task waits for a person until a later one of its kind went well; one that was taken back whole only for a day. */
function taskNeeds(tasks: readonly TaskRow[], now: number): Need[] {
  return tasks.flatMap((task) => {
    if (task.state !== "failed" && task.state !== "undone") return [];
    const ended = Date.parse(task.endedAt ?? task.createdAt);
    const later = tasks.some(
      (other) =>
        other.state === "done" &&
        other.kind === task.kind &&
        other.clusterId === task.clusterId &&
        Date.parse(other.endedAt ?? other.createdAt) > ended,
    );
    if (later || (task.state === "undone" && now - ended > A_DAY)) return [];
    return {
      id: `task-${task.id}`,
      urgency: task.state === "failed" ? URGENCY.taskLeft : URGENCY.taskUndone,
      tone: task.state === "failed" ? "bad" : "warn",
      clusterId: task.clusterId,
      title: task.title,
      details: [text(`pages.needs.task.${task.state}`), ...(task.error ? [task.error.message] : [])],
      since: task.endedAt,
      action: { label: text("pages.needs.openTask"), href: `/tasks/${task.id}` },
    } satisfies Need;
  });
}

/** Everything that needs a person, worst first; of equals the one that lasts longest first. Pure: `now` in milliseconds. */
export function needsOf(
  clusters: readonly ClusterView[],
  live: Live,
  tasks: readonly TaskRow[],
  now: number,
  outlook: Outlook = NO_OUTLOOK,
): Need[] {
  const needs = [...clusters.flatMap((cluster) => clusterNeeds(cluster, live, outlook, now)), ...taskNeeds(tasks, now)];
  return needs.sort(
    (a, b) => a.urgency - b.urgency || (a.since ?? "~").localeCompare(b.since ?? "~") || naturalOrder(a.id, b.id),
  );
}

function byBadness(a: NodeView, b: NodeView, live: Live): number {
  return badness(nodeWord(a, live[a.id])) - badness(nodeWord(b, live[b.id])) || naturalOrder(a.name, b.name);
}

/** Node ids, worst first, then in natural order of names. */
export function worstFirst(nodes: readonly NodeView[], live: Live): string[] {
  return [...nodes].sort((a, b) => byBadness(a, b, live)).map((node) => node.id);
}

/** Whether nodes stand worst first; one look at each, so that it can be asked of thousands every second. */
export function isWorstFirst(nodes: readonly NodeView[], live: Live): boolean {
  return nodes.every((node, index) => {
    const next = nodes[index + 1];
    return next === undefined || byBadness(node, next, live) <= 0;
  });
}

/** Whether a row of the matrix belongs to "only what is wrong". Of a node that comes or goes nothing is known yet, or any more, which is no fault. */
export function isNodeWrong(node: NodeView, live: NodeLive | undefined): boolean {
  const word = nodeWord(node, live);
  if (word === "corrupted" || word === "unreachable" || word === "warnings" || word === "unknown") return true;
  if (word === "joining" || word === "leaving") return false;
  return live?.storages.some((storage) => isStorageWrong(storage) || storage.status === "unknown") ?? true;
}
