import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { isDatabaseAway } from "../db/client.ts";
import { hubVersion } from "../live/hub.ts";
import { changesHeard } from "../live/versions.ts";

type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** What a page shows grows older than this by its own means only. */
const LONGEST_MS = 1_000;
const MOST = 200;

/** What makes Next answer the same address with something else. */
const ASKED_BY = [
  ...["cookie", "accept-encoding", "x-forwarded-host", "x-forwarded-proto"],
  ...["rsc", "next-url", "next-router-state-tree", "next-router-prefetch", "next-router-segment-prefetch"],
];

interface Answer {
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

interface Held {
  version: string;
  at: number;
  /** Null: it can't be given to anybody else. */
  answer: Promise<Answer | null>;
}

/** Remembers what is written to `res` while it goes its way. Null when it broke off, failed, or sets a cookie. */
function remember(res: ServerResponse): Promise<Answer | null> {
  const parts: Buffer[] = [];
  const keep = (part: unknown, encoding: unknown) => {
    if (typeof part === "string")
      parts.push(Buffer.from(part, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8"));
    else if (part instanceof Uint8Array) parts.push(Buffer.from(part));
  };
  const [write, end] = [res.write.bind(res), res.end.bind(res)] as [typeof res.write, typeof res.end];
  res.write = ((...given: Parameters<typeof res.write>) => {
    keep(given[0], given[1]);
    return write(...given);
  }) as typeof res.write;
  res.end = ((...given: Parameters<typeof res.end>) => {
    keep(given[0], given[1]);
    return end(...given);
  }) as typeof res.end;
  return new Promise((resolve) => {
    res.once("finish", () => {
      const headers = res.getHeaders();
      const isAnyones = res.statusCode === 200 && headers["set-cookie"] === undefined;
      resolve(isAnyones ? { headers, body: Buffer.concat(parts) } : null);
    });
    res.once("close", () => resolve(null));
  });
}

/** The request's own id stays; the policy comes with the page that its nonce is written into. */
function send({ headers, body }: Answer, res: ServerResponse): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && name !== "x-request-id" && name !== "transfer-encoding") res.setHeader(name, value);
  }
  res.setHeader("content-length", body.length);
  res.end(body);
}

/** Whoever has no session is asked for one each time. */
const SIGNED_IN = /session_token=/;

/**
 * Makes a page once for all who ask for the same at the same time: the same reader (by the whole cookie), the same
 * address, within a second in which nothing was changed here or announced by others. A room full of screens that reload
 * costs one page, and a reader who presses reload again and again costs none.
 */
export class SharedPages {
  readonly #serve: Handler;
  readonly #held = new Map<string, Held>();
  /** Grows with everything that was sent to be changed: its effect may be there before it is announced. */
  #writes = 0;

  constructor(serve: Handler) {
    this.#serve = serve;
  }

  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (req.method !== "GET" && req.method !== "HEAD") {
      this.#writes += 1;
      res.once("close", () => {
        this.#writes += 1;
      });
    }
    const version = this.#version();
    if (version === null || !isShared(req)) return this.#serve(req, res);
    const key = JSON.stringify([req.url, ...ASKED_BY.map((name) => req.headers[name] ?? null)]);
    const held = this.#held.get(key);
    if (held?.version === version && performance.now() - held.at < LONGEST_MS) {
      const answer = await held.answer;
      return answer ? send(answer, res) : this.#serve(req, res);
    }
    this.#forget();
    const own: Held = { version, at: performance.now(), answer: remember(res) };
    this.#held.set(key, own);
    void own.answer.then((made) => {
      if (made === null && this.#held.get(key) === own) this.#held.delete(key);
    });
    await this.#serve(req, res);
  }

  /** Null while this process would not hear of a change. */
  #version(): string | null {
    const heard = changesHeard();
    return heard === null || isDatabaseAway() ? null : `${heard} ${hubVersion()} ${this.#writes}`;
  }

  #forget(): void {
    for (const [key, { at }] of this.#held)
      if (performance.now() - at >= LONGEST_MS || this.#held.size > MOST) this.#held.delete(key);
  }
}

function isShared({ method, url = "/", headers }: IncomingMessage): boolean {
  return method === "GET" && !/^\/(api|_next)\//.test(url) && SIGNED_IN.test(headers.cookie ?? "");
}
