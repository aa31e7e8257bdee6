import { getSession } from "../auth/session.ts";
import type { FiguresLive, LiveEvent } from "../domain/live.ts";
import { type BusEntry, eventsSince, lastEventId, onBusClose, subscribe } from "../live/bus.ts";
import { log } from "../log.ts";

const BEAT_MS = 15_000;
/** Bytes a browser may be behind before its stream is cut; it comes back and is brought up to date. */
const MOST_BEHIND = 1024 * 1024;

/** What of the nodes a stream carries; without either, all of them. */
export interface StreamFilter {
  clusters: ReadonlySet<string> | null;
  nodes: ReadonlySet<string> | null;
}

/** The part of an event that a filter lets through; null: nothing of it. */
export function filterEvent(event: LiveEvent, filter: StreamFilter): LiveEvent | null {
  if (!filter.clusters && !filter.nodes) return event;
  const isShown = (node: FiguresLive) => filter.clusters?.has(node.clusterId) || filter.nodes?.has(node.nodeId);
  if (event.type === "nodes") {
    const nodes = event.nodes.filter(isShown);
    return nodes.length > 0 ? { ...event, nodes } : null;
  }
  if (event.type === "figures") {
    const nodes = event.nodes.filter(isShown);
    return nodes.length > 0 ? { ...event, nodes } : null;
  }
  return event;
}

function frame(name: string, data: unknown, id?: string): Uint8Array {
  const head = id ? `id: ${id}\n` : "";
  return new TextEncoder().encode(`${head}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

export interface StreamRequest {
  headers: Headers;
  signal: AbortSignal;
  filter: StreamFilter;
  /** The last event the browser saw; null: it begins. */
  resumeFrom: string | null;
}

/**
 * A browser's stream of live events. It begins with what was missed, or with `resync`; `beat` comes every 15 seconds,
 * when the session is looked at again. Ends with the session, the panel, or a reader that does not keep up.
 */
export function eventStream(request: StreamRequest): ReadableStream<Uint8Array> {
  const endings: (() => void)[] = [];
  let ended = false;
  const end = () => {
    ended = true;
    for (const ending of endings.splice(0)) ending();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (bytes: Uint8Array) => {
          if (ended) return;
          controller.enqueue(bytes);
          if ((controller.desiredSize ?? 0) < -MOST_BEHIND) close();
        };
        const close = () => {
          if (ended) return;
          end();
          controller.close();
        };
        const sendEntry = ({ id, event }: BusEntry) => {
          const part = filterEvent(event, request.filter);
          if (part) send(frame("live", part, id));
        };
        begin(request, send, sendEntry);
        const timer = setInterval(() => void beat(request.headers, send, close), BEAT_MS);
        endings.push(() => clearInterval(timer), subscribe(sendEntry), onBusClose(close));
        request.signal.addEventListener("abort", close, { once: true });
        if (request.signal.aborted) close();
      },
      cancel: end,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }),
  );
}

/** Brings the browser up to date, or tells it to ask for everything again. */
function begin(request: StreamRequest, send: (bytes: Uint8Array) => void, sendEntry: (entry: BusEntry) => void): void {
  const missed = request.resumeFrom === null ? null : eventsSince(request.resumeFrom);
  if (missed) for (const entry of missed) sendEntry(entry);
  else send(frame("live", { type: "resync" } satisfies LiveEvent, lastEventId()));
  send(frame("beat", {}));
}

async function beat(headers: Headers, send: (bytes: Uint8Array) => void, close: () => void): Promise<void> {
  try {
    if (await getSession(headers)) send(frame("beat", {}));
    else close();
  } catch (error) {
    log.warn("a stream's session could not be looked at", { error });
    close();
  }
}
