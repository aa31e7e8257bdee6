import type { NodeDisks } from "../domain/disks.ts";
import type { FiguresLive, LiveEvent, NodeLive } from "../domain/live.ts";
import { log } from "../log.ts";
import { processWide } from "../shared.ts";
import type { StorageDriver } from "../storage/contract.ts";
import { publish, subscribe } from "./bus.ts";
import { Drifts } from "./drifts.ts";
import { type DriverOf, type Member, readLast, readMembers } from "./members.ts";
import { type ListedVolumes, NodeState, now } from "./node-state.ts";
import { Persistence } from "./persist.ts";
import { Session } from "./session.ts";

const BEAT_MS = 100;
const BATCH_MS = 1_000;
/** Hints can be lost: the database is read again this often whatever happens. */
const REREAD_MS = 30_000;

interface Watched {
  session: Session;
  /** Has new figures since the last batch. */
  isDirty: boolean;
  /** What it was last shown with, figures and ages aside. */
  shape: string;
  /** By storage, how what several nodes report of it is compared, and the last report that was. */
  compares: Map<string, Compare>;
  compared: Map<string, unknown>;
}

type Compare = NonNullable<StorageDriver["compare"]>;

function comparesOf({ plan }: Member): Map<string, Compare> {
  return new Map([...plan.storages].flatMap(([id, { compare }]) => (compare ? [[id, compare] as const] : [])));
}

/** Announcements of other processes come by the bus as well; a `resync` says that some may have been lost. */
function concernsMembers(event: LiveEvent): boolean {
  if (event.type === "resync") return true;
  return (
    event.type === "changed" && (event.entity === "cluster" || event.entity === "node" || event.entity === "storage")
  );
}

/** Follows every member node of the panel: one session each, statuses to the bus at once, figures once a second. */
class Hub {
  readonly #driverOf: DriverOf;
  readonly #watched = new Map<string, Watched>();
  readonly #persistence = new Persistence();
  readonly #drifts = new Map<string, Drifts>();
  readonly #endings: (() => unknown)[] = [];
  #reading: Promise<void> | null = null;
  #readAgain = false;
  #isStopped = false;
  /** Grows with every change of what a node or its volumes are shown with, figures and ages aside. */
  version = 0;

  constructor(driverOf: DriverOf) {
    this.#driverOf = driverOf;
  }

  async start(): Promise<void> {
    await this.reread();
    const every = (ms: number, work: () => void) => {
      const timer = setInterval(work, ms);
      this.#endings.push(() => clearInterval(timer));
    };
    every(BEAT_MS, () => this.#beat());
    every(BATCH_MS, () => this.#batch());
    every(REREAD_MS, () => void this.reread());
    this.#endings.push(
      subscribe(({ event }) => {
        if (concernsMembers(event)) void this.reread();
        if (event.type === "changed" && event.entity === "drive") this.#drivesChanged(event.id);
      }),
    );
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const end of this.#endings.splice(0)) await end();
    await this.#reading;
    await this.#persistence.flush(true);
    await Promise.all([...this.#watched.values()].map(({ session }) => session.stop()));
    this.#watched.clear();
  }

  /** Takes over what the database says now; calls while it is reading become one more reading. */
  reread(): Promise<void> {
    if (this.#reading) {
      this.#readAgain = true;
      return this.#reading;
    }
    this.#reading = this.#read().finally(() => {
      this.#reading = null;
      if (this.#readAgain && !this.#isStopped) {
        this.#readAgain = false;
        void this.reread();
      }
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    try {
      const members = await readMembers(this.#driverOf);
      const ids = new Set(members.map((member) => member.nodeId));
      for (const nodeId of [...this.#watched.keys()]) if (!ids.has(nodeId)) this.#forget(nodeId);
      for (const member of members) if (!this.#isStopped) await this.#take(member);
    } catch (error) {
      log.warn("the members could not be read; it is tried again", { error });
    }
  }

  async #take(member: Member): Promise<void> {
    const { nodeId, clusterId, plan, storages } = member;
    const compares = comparesOf(member);
    const known = this.#watched.get(nodeId);
    if (known) {
      known.compares = compares;
      const { state } = known.session;
      const isSame = JSON.stringify(shapeOf(state)) === JSON.stringify(storages);
      if (!isSame) {
        state.setStorages(storages, await readLast(nodeId));
        this.#status(nodeId);
      }
      known.session.configure(plan);
      return;
    }
    const last = await readLast(nodeId);
    const state = new NodeState(nodeId, clusterId, last);
    state.setStorages(storages, last);
    const session = new Session(state, plan, (kind) => this.#changed(nodeId, kind));
    this.#watched.set(nodeId, { session, isDirty: false, shape: "", compares, compared: new Map() });
    this.version += 1;
    this.#persistence.add(state);
    session.start();
    publish({ type: "nodes", sentAt: Date.now(), nodes: [state.view(now())] });
  }

  #forget(nodeId: string): void {
    const gone = this.#watched.get(nodeId);
    this.#watched.delete(nodeId);
    this.version += 1;
    this.#persistence.remove(nodeId);
    void gone?.session.stop().catch((error: unknown) => log.error("a session did not end well", { nodeId, error }));
    publish({ type: "node-gone", nodeId });
  }

  /** A task has worked on drives of `NODE:STORAGE`: what is there now is looked at soon. */
  #drivesChanged(place: string): void {
    const [nodeId = "", storageId = ""] = place.split(":");
    if (!storageId) return;
    this.#watched.get(nodeId)?.session.state.awaitVolumes(storageId, Date.now());
    this.recheck(nodeId, storageId);
  }

  #changed(nodeId: string, kind: "status" | "figures"): void {
    const watched = this.#watched.get(nodeId);
    if (!watched) return;
    if (kind === "figures") {
      watched.isDirty = true;
      return;
    }
    const others = [...watched.compares].flatMap(([storageId, compare]) => this.#compare(watched, storageId, compare));
    for (const id of new Set([nodeId, ...others])) this.#status(id);
  }

  /** Compares a node's new report of a storage with those of others; answers with the nodes for which that changes something. */
  #compare({ session, compared }: Watched, storageId: string, compare: Compare): string[] {
    const report = session.state.storages.get(storageId)?.details;
    if (!report || compared.get(storageId) === report) return [];
    compared.set(storageId, report);
    const sharing = [...this.#watched].filter(([, watched]) => watched.compares.has(storageId));
    const states = sharing.flatMap(([id, watched]) => {
      const storage = watched.session.state.storages.get(storageId);
      return storage?.details ? [{ id, details: storage.details, begunAt: storage.begunAt }] : [];
    });
    const found = compare(new Map(states.map(({ id, details }) => [id, details])));
    const drifts = this.#drifts.get(storageId) ?? new Drifts();
    this.#drifts.set(storageId, drifts);
    const begun = new Map(states.map(({ id, begunAt }) => [id, begunAt]));
    const { proven, again } = drifts.judge(found, begun, now().mono);
    for (const id of again) this.recheck(id, storageId);
    return sharing.flatMap(([id, watched]) => {
      const alarm = proven.find(({ nodes }) => nodes.includes(id))?.cause ?? null;
      return watched.session.state.setAlarm(storageId, alarm) ? [id] : [];
    });
  }

  /** A status may have changed: judged anew, shown at once, kept for history. */
  #status(nodeId: string): void {
    const watched = this.#watched.get(nodeId);
    if (!watched) return;
    const { state } = watched.session;
    const at = now();
    const changes = state.settle(at);
    watched.isDirty = false;
    const view = state.view(at);
    const shape = shapeOfView(view);
    if (shape !== watched.shape) this.version += 1;
    watched.shape = shape;
    publish({ type: "nodes", sentAt: at.wall, nodes: [view] });
    if (changes.length === 0) return;
    for (const { storageId, from, to, reason } of changes)
      log.info("status changed", { nodeId, storageId, from, to, reason });
    this.#persistence.changed(nodeId, changes);
  }

  #beat(): void {
    for (const { session } of this.#watched.values()) {
      try {
        session.beat();
      } catch (error) {
        log.error("a node's beat failed", { node: session.state.nodeId, error });
      }
    }
  }

  #batch(): void {
    const at = now();
    const nodes: FiguresLive[] = [];
    for (const watched of this.#watched.values()) {
      if (!watched.isDirty) continue;
      watched.isDirty = false;
      nodes.push(watched.session.state.figuresView(at));
    }
    if (nodes.length > 0) publish({ type: "figures", sentAt: at.wall, nodes });
    const listed = [...this.#watched.values()].filter(({ session }) => session.state.takeVolumesNew());
    // Once a second at most, however many nodes there are: whoever shows drives asks again.
    if (listed.length > 0) this.version += 1;
    if (listed.length > 0) publish({ type: "changed", entity: "drive", id: "*" });
    void this.#persistence.flush();
  }

  live(): NodeLive[] {
    const at = now();
    return [...this.#watched.values()].map(({ session }) => session.state.view(at));
  }

  node(nodeId: string): NodeLive | null {
    return this.#watched.get(nodeId)?.session.state.view(now()) ?? null;
  }

  volumes(): ListedVolumes[] {
    const at = now();
    return [...this.#watched.values()].flatMap(({ session }) => session.state.listedVolumes(at));
  }

  details(nodeId: string): ReturnType<NodeState["details"]> | null {
    return this.#watched.get(nodeId)?.session.state.details() ?? null;
  }

  disks(nodeId: string): NodeDisks | null {
    return this.#watched.get(nodeId)?.session.state.disksView() ?? null;
  }

  checkBegun(nodeId: string, storageId: string): number | null {
    return this.#watched.get(nodeId)?.session.state.storages.get(storageId)?.begunAt ?? null;
  }

  recheck(nodeId: string, storageId: string | null): boolean {
    const watched = this.#watched.get(nodeId);
    watched?.session.recheck(storageId);
    return watched !== undefined;
  }
}

const shapeOf = (state: NodeState) =>
  [...state.storages.values()].map(({ storageId, name, isMain }) => ({ storageId, name, isMain }));

/** What a node is shown with, without what grows or is measured anew all the time. */
function shapeOfView({ health, reason, cause, since, warnings, diskFaults, storages }: NodeLive): string {
  const each = storages.map(({ storageId, status, suspect, readOnly, full, since: from, cause: why, capacityOf }) => [
    ...[storageId, status, suspect, readOnly, full, from, why, capacityOf],
  ]);
  return JSON.stringify([health, reason, cause, since, warnings, diskFaults, each]);
}

const holder = () => processWide<{ hub: Hub | null }>("live-hub", () => ({ hub: null }));

/** Starts following every member node; once a process. The database must be open. */
export async function startHub(driverOf: DriverOf): Promise<void> {
  const held = holder();
  if (held.hub) throw new Error("The hub runs already");
  held.hub = new Hub(driverOf);
  await held.hub.start();
}

/** Ends every probe, writes what is known, closes nothing else. */
export async function stopHub(): Promise<void> {
  const { hub } = holder();
  holder().hub = null;
  await hub?.stop();
}

/** Every node's live state now; null when no hub runs in this process. */
export function hubLive(): NodeLive[] | null {
  return holder().hub?.live() ?? null;
}

/** One node's live state now; null when no hub of this process follows it. */
export function hubNode(nodeId: string): NodeLive | null {
  return holder().hub?.node(nodeId) ?? null;
}

/** Grows whenever a node's status is another one, volumes were listed, or nodes come and go; null when no hub runs in this process. */
export function hubVersion(): number | null {
  return holder().hub?.version ?? null;
}

/** The volumes of every storage on every node, as they were listed last; null when no hub runs in this process. */
export function hubVolumes(): ListedVolumes[] | null {
  return holder().hub?.volumes() ?? null;
}

/** By storage, the details of its last check on a node; null when no hub of this process follows the node. */
export function hubDetails(nodeId: string): Record<string, Record<string, unknown> | null> | null {
  return holder().hub?.details(nodeId) ?? null;
}

/** When the last check of a storage on a node began, by the monotonic clock; null where none has come back to a hub of this process. */
export function hubCheckBegun(nodeId: string, storageId: string): number | null {
  return holder().hub?.checkBegun(nodeId, storageId) ?? null;
}

/** A node's disks as they were read last; null when no hub of this process follows the node. */
export function hubDisks(nodeId: string): NodeDisks | null {
  return holder().hub?.disks(nodeId) ?? null;
}

/** Has a storage of a node (all of them: null) checked now; the outcome comes as an event. False: the node is not followed. */
export function recheckNode(nodeId: string, storageId: string | null): boolean {
  return holder().hub?.recheck(nodeId, storageId) ?? false;
}
