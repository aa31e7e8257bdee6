import { gzip } from "node:zlib";
import { promisify } from "node:util";
import type { NeedsView, PanelView, TaskRow } from "../../domain/dto.ts";
import { FIRST_NEEDS, needsOf } from "../../domain/needs.ts";
import { FEW_NODES, firstNodes } from "../../domain/node-window.ts";
import type { Outlook } from "../../domain/usage.ts";
import { processWide } from "../../shared.ts";
import type { ServiceContext } from "../context.ts";
import { type Board, readBoard } from "./board.ts";

const wholeOf = ({ clusters, live, at }: Board): PanelView => ({
  clusters: [...clusters],
  live: [...live],
  sentAt: at,
});

/** Every cluster with its storages and nodes, and how each node is: from the database and the hub, never from a node. */
export async function getPanelView(_ctx: ServiceContext): Promise<PanelView> {
  return wholeOf(await readBoard());
}

const gzipped = promisify(gzip);
const packed = () => processWide("packed-boards", () => new WeakMap<Board, Promise<Buffer>>());

/** The same as JSON, gzipped: of one moment it is made once for everybody who asks. */
export async function getPackedPanelView(_ctx: ServiceContext): Promise<Buffer> {
  const board = await readBoard();
  const known = packed().get(board);
  if (known) return known;
  // Quick rather than small: it is made anew every half second.
  const made = gzipped(JSON.stringify(wholeOf(board)), { level: 1 });
  packed().set(board, made);
  return made;
}

/** So many tasks stand on an overview or a cluster's page at most. */
const FEW_TASKS = 12;

/** The list of tasks begins with all that are known; other pages show those that run, and the last ones. */
function firstTasks(address: string, tasks: readonly TaskRow[]): readonly TaskRow[] {
  if (address.startsWith("/tasks")) return tasks;
  return tasks.filter((task, index) => index < FEW_TASKS || task.endedAt === null);
}

interface Needs {
  tasks: readonly TaskRow[];
  outlook: Outlook;
  view: NeedsView;
}

const lastNeeds = () => processWide("needs", () => new WeakMap<Board, Needs>());

/** Worked out once for all who read the same board. */
function needsView(board: Board, tasks: readonly TaskRow[], outlook: Outlook): NeedsView {
  const known = lastNeeds().get(board);
  if (known?.tasks === tasks && known.outlook === outlook) return known.view;
  const needs = needsOf(board.clusters, board.byNode, tasks, board.at, outlook);
  const isBad = needs.some((need) => need.tone === "bad");
  const view = { first: needs.slice(0, FIRST_NEEDS), count: needs.length, isBad };
  lastNeeds().set(board, { tasks, outlook, view });
  return view;
}

/**
 * What the page at an address begins with: of many nodes only those it shows at first, and what is true of all of them.
 * The rest comes once the page is alive.
 */
export async function getFirstView(
  _ctx: ServiceContext,
  address: string,
  tasks: readonly TaskRow[],
  outlook: Outlook,
): Promise<{ panel: PanelView; tasks: readonly TaskRow[] }> {
  const board = await readBoard();
  if (board.nodeCount <= FEW_NODES) return { panel: wholeOf(board), tasks };
  const shown = firstNodes(address, board.clusters, board.byNode, (cluster) => board.worstFirst(cluster));
  const panel = {
    clusters: board.clusters.map((cluster) => ({
      ...cluster,
      nodes: cluster.nodes.filter((node) => shown.has(node.id)),
      sums: board.sums(cluster),
    })),
    live: [...shown].flatMap((id) => board.byNode[id] ?? []),
    needs: needsView(board, tasks, outlook),
    sentAt: board.at,
  };
  return { panel, tasks: firstTasks(address, tasks) };
}
