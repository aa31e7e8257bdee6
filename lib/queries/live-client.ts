import type { LiveEvent } from "../domain/live.ts";
import { onLeaving } from "./sign-in-page.ts";

/** The line to the panel. `since`: the browser's clock when something last came; null before the first. */
export interface LiveLineState {
  phase: "connecting" | "live" | "reconnecting" | "offline";
  since: number | null;
}

export interface LiveCallbacks {
  onEvent: (event: LiveEvent) => void;
  onLine: (line: LiveLineState) => void;
  /** The session ended: nothing more comes until somebody signs in. */
  onSignedOut: () => void;
}

/** What tabs tell each other. Only the one that leads has a stream. */
type Message =
  /** As it came: a text is passed on a hundred times quicker than what it says. */
  | { kind: "event"; id: string; data: string }
  | { kind: "line"; line: LiveLineState }
  | { kind: "signed-out" }
  | { kind: "who" };

const NAME = "spindle-live";
const WATCH_MS = 2_000;
/** The panel beats every 15 s: two missed ones and the line is dead, whatever the browser thinks of it. */
const SILENCE_MS = 35_000;
/** After this long without the panel the page says so. */
const OFFLINE_MS = 10_000;
const RETRY_MS = 3_000;

/** One tab's view: what it knows of the line and of the last event. */
interface Tab {
  callbacks: LiveCallbacks;
  channel: BroadcastChannel | null;
  line: LiveLineState;
  lastId: string | null;
  /** When the line broke; null while it holds. */
  brokenAt: number | null;
}

function setLine(tab: Tab, line: LiveLineState): void {
  if (line.phase === tab.line.phase && line.since === tab.line.since) return;
  tab.line = line;
  tab.callbacks.onLine(line);
}

function tell(tab: Tab, message: Message): void {
  tab.channel?.postMessage(message);
}

/** Something came from the panel, directly or through the leading tab. */
function heard(tab: Tab, at: number): void {
  tab.brokenAt = null;
  setLine(tab, { phase: "live", since: at });
}

/** An event of the panel, as JSON. */
function happened(tab: Tab, id: string, json: string): void {
  tab.lastId = id;
  heard(tab, Date.now());
  tab.callbacks.onEvent(JSON.parse(json) as LiveEvent);
}

function broke(tab: Tab, now: number): void {
  tab.brokenAt ??= now;
  const phase = now - tab.brokenAt >= OFFLINE_MS ? "offline" : tab.line.since === null ? "connecting" : "reconnecting";
  setLine(tab, { phase, since: tab.line.since });
}

/** Whether the session is over; a panel that does not answer is no answer to that. */
async function sessionEnded(): Promise<boolean> {
  const response = await fetch("/api/auth/session", { cache: "no-store" }).catch(() => null);
  return response?.status === 401;
}

/** The tab that holds the stream. Answers with what ends it. */
function lead(tab: Tab): () => void {
  let source: EventSource | null = null;
  let openedAt = 0;
  let over = false;

  const announce = () => tell(tab, { kind: "line", line: tab.line });
  const open = () => {
    source?.close();
    openedAt = Date.now();
    const from = tab.lastId === null ? "" : `?from=${encodeURIComponent(tab.lastId)}`;
    source = new EventSource(`/api/events${from}`);
    source.addEventListener("beat", () => {
      heard(tab, Date.now());
      announce();
    });
    source.addEventListener("live", (message: MessageEvent<string>) => {
      const { data, lastEventId: id } = message;
      tell(tab, { kind: "event", id, data });
      happened(tab, id, data);
    });
    source.addEventListener("error", () => {
      broke(tab, Date.now());
      announce();
      void check();
    });
  };
  const check = async () => {
    if (over || !(await sessionEnded()) || over) return;
    finish();
    tell(tab, { kind: "signed-out" });
    tab.callbacks.onSignedOut();
  };
  const watch = () => {
    const now = Date.now();
    const quiet = now - Math.max(tab.line.since ?? 0, openedAt);
    if (tab.brokenAt !== null || quiet > SILENCE_MS) broke(tab, now);
    announce();
    const closed = source?.readyState === EventSource.CLOSED && now - openedAt > RETRY_MS;
    if (closed || quiet > SILENCE_MS) open();
  };
  const timer = setInterval(watch, WATCH_MS);
  // The end of the session ends the stream: it is not asked for once more.
  const forget = onLeaving((isLeaving) => (isLeaving ? source?.close() : open()));
  const answer = (message: MessageEvent<Message>) => message.data.kind === "who" && announce();
  const finish = () => {
    over = true;
    clearInterval(timer);
    forget();
    source?.close();
    tab.channel?.removeEventListener("message", answer);
    window.removeEventListener("online", open);
  };
  tab.channel?.addEventListener("message", answer);
  // A laptop that wakes up need not wait for the next look.
  window.addEventListener("online", open);
  open();
  return finish;
}

/** A tab beside the leading one hears from it. */
function follow(tab: Tab): () => void {
  let fresh = false;
  const hear = ({ data }: MessageEvent<Message>) => {
    if (data.kind === "signed-out") tab.callbacks.onSignedOut();
    if (data.kind === "line") {
      tab.brokenAt = data.line.phase === "live" ? null : (tab.brokenAt ?? Date.now());
      // What happened between this page's making and now was not heard: ask once.
      if (data.line.phase === "live" && !fresh) tab.callbacks.onEvent({ type: "resync" });
      fresh ||= data.line.phase === "live";
      setLine(tab, data.line);
    }
    if (data.kind === "event") {
      happened(tab, data.id, data.data);
    }
  };
  tab.channel?.addEventListener("message", hear);
  tell(tab, { kind: "who" });
  return () => tab.channel?.removeEventListener("message", hear);
}

/**
 * Connects a tab to the live events. One tab of a browser holds the stream (browsers allow six connections to a
 * panel), the others hear from it; when it is closed, the next one goes on from the last event. Where the browser has
 * no locks (plain http beyond this machine) each tab has its own stream. Answers with the function that disconnects.
 */
export function connectLive(callbacks: LiveCallbacks): () => void {
  const locks = navigator.locks as LockManager | undefined;
  const channel = locks ? new BroadcastChannel(NAME) : null;
  const tab: Tab = { callbacks, channel, line: { phase: "connecting", since: null }, lastId: null, brokenAt: null };
  if (!locks) return lead(tab);

  const leaving = new AbortController();
  let stop = follow(tab);
  const leadUntilLeaving = () => {
    stop();
    stop = lead(tab);
    return new Promise<void>((resolve) => leaving.signal.addEventListener("abort", () => resolve(), { once: true }));
  };
  // Rejects when the tab leaves before its turn: that is what was asked for.
  locks.request(NAME, { signal: leaving.signal }, leadUntilLeaving).catch(() => {});
  return () => {
    leaving.abort();
    stop();
    channel?.close();
  };
}
