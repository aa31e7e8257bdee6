import { randomBytes } from "node:crypto";
import type { LiveEvent } from "../domain/live.ts";
import { log } from "../log.ts";
import { processWide } from "../shared.ts";

/** An event with its place in this process's sequence. */
export interface BusEntry {
  /** `<process>-<number>`: an id of another process is never mistaken for one of ours. */
  id: string;
  event: LiveEvent;
}

type Listener = (entry: BusEntry) => void;

/** How many events a browser may have missed and still be brought up to date without asking again. */
const RING = 512;

interface Bus {
  boot: string;
  sequence: number;
  ring: BusEntry[];
  listeners: Set<Listener>;
  closers: Set<() => void>;
  closed: boolean;
}

const bus = () =>
  processWide<Bus>("live-bus", () => ({
    boot: randomBytes(6).toString("hex"),
    sequence: 0,
    ring: [],
    listeners: new Set(),
    closers: new Set(),
    closed: false,
  }));

/** Sends an event to every stream of this process. A listener that throws hurts nobody else. */
export function publish(event: LiveEvent): void {
  const own = bus();
  own.sequence += 1;
  const entry: BusEntry = { id: `${own.boot}-${own.sequence}`, event };
  own.ring.push(entry);
  if (own.ring.length > RING) own.ring.splice(0, own.ring.length - RING);
  for (const listener of own.listeners) {
    try {
      listener(entry);
    } catch (error) {
      log.error("a live listener failed", { error });
    }
  }
}

/** Hears every event from now on; answers with the function that ends it. */
export function subscribe(listener: Listener): () => void {
  bus().listeners.add(listener);
  return () => bus().listeners.delete(listener);
}

/** Id of the newest event; a stream that begins now continues from here. */
export function lastEventId(): string {
  return `${bus().boot}-${bus().sequence}`;
}

/** What happened after an event; null when that can't be told, and everything must be asked again. */
export function eventsSince(id: string): BusEntry[] | null {
  const own = bus();
  const [boot, number] = id.split("-");
  const sequence = Number(number);
  if (boot !== own.boot || !Number.isInteger(sequence) || sequence > own.sequence) return null;
  const missing = own.sequence - sequence;
  if (missing > own.ring.length) return null;
  return missing === 0 ? [] : own.ring.slice(-missing);
}

/** Calls `close` when the panel shuts down, at once when it is doing so already. */
export function onBusClose(close: () => void): () => void {
  if (bus().closed) close();
  else bus().closers.add(close);
  return () => bus().closers.delete(close);
}

/** Ends every stream; the first step of a shutdown. */
export function closeBus(): void {
  const own = bus();
  own.closed = true;
  for (const close of own.closers) close();
  own.closers.clear();
}
