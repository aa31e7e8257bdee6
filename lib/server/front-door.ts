import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import next from "next";
import type { ErrorCode } from "../domain/errors.ts";
import { text } from "../domain/text.ts";
import { env } from "../env.ts";
import { log } from "../log.ts";
import { claimed, hostAccepted, listenProblem, sameOrigin } from "./address.ts";
import { ENCODED_HEADER, PAGE_HEADER } from "./headers.ts";
import { SharedPages } from "./shared-pages.ts";
import { contentSecurityPolicy, securityHeaders } from "./security.ts";

const CLOSE_DEADLINE_MS = 2_000;

export interface FrontDoor {
  /** The panel's address, as a person types it. */
  url: string;
  /** Takes no more requests; those under way get two seconds. */
  close(): Promise<void>;
}

export interface FrontDoorOptions {
  /** True until somebody has an account: every route then answers with the set-up page. */
  needsSetup: () => Promise<boolean>;
}

type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** Headers a client could lie with: who it is, and what only we and Next say to each other. */
const OURS =
  /^(x-forwarded-|x-spindle-|x-real-ip$|forwarded$|x-request-id$|x-nonce$|x-middleware-|content-security-policy)/;

function refuse(res: ServerResponse, status: number, code: ErrorCode, key: string, requestId: string): void {
  res.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  res.end(JSON.stringify({ error: { code, message: text(key), requestId } }));
}

/** Overwrites every header that says where a request comes from, and gives it its id and nonce. */
function admit(req: IncomingMessage, res: ServerResponse): { requestId: string; origin: string } {
  const who = claimed(req.headers, req.socket.remoteAddress ?? "", env().trustedProxies);
  for (const name of Object.keys(req.headers)) if (OURS.test(name)) delete req.headers[name];
  const origin = env().origin ?? `${who.protocol}://${who.host}`;
  const requestId = randomUUID();
  const policy = contentSecurityPolicy(randomBytes(16).toString("base64"));
  const { host, protocol } = new URL(origin);
  Object.assign(req.headers, {
    "x-forwarded-for": who.address,
    "x-forwarded-host": host,
    "x-forwarded-proto": protocol.slice(0, -1),
    "x-spindle-address": who.address,
    "x-request-id": requestId,
    [PAGE_HEADER]: req.url ?? "/",
    // Next finds the nonce here and puts it on every script it writes.
    "content-security-policy": policy,
  });
  res.setHeader("x-request-id", requestId);
  res.setHeader("content-security-policy", policy);
  for (const [name, value] of Object.entries(securityHeaders(origin.startsWith("https:")))) res.setHeader(name, value);
  return { requestId, origin };
}

/** Lets an answer say that it is compressed already. */
function translateEncoding(res: ServerResponse): void {
  const set = res.setHeader.bind(res);
  res.setHeader = (name, value) => set(name === ENCODED_HEADER ? "content-encoding" : name, value);
}

/** What may be asked for before there is an administrator: the set-up page and the files it is made of. */
function openBeforeSetup(path: string): boolean {
  return path === "/setup" || path.startsWith("/_next/static/") || path === "/favicon.ico" || path === "/icon.svg";
}

async function handle(
  req: IncomingMessage,
  res: ServerResponse,
  serve: Handler,
  needsSetup: () => Promise<boolean>,
): Promise<void> {
  const who = claimed(req.headers, req.socket.remoteAddress ?? "", env().trustedProxies);
  if (!hostAccepted(who.host, env())) return refuse(res, 421, "not-allowed", "errors.wrong-host", "none");
  const { requestId, origin } = admit(req, res);
  const reads = req.method === "GET" || req.method === "HEAD";
  if (!reads && !sameOrigin(req.headers, origin))
    return refuse(res, 403, "not-allowed", "errors.wrong-origin", requestId);
  const path = (req.url ?? "/").split("?")[0]!;
  if (!openBeforeSetup(path) && (await needsSetup())) {
    if (path.startsWith("/api/") || !reads) return refuse(res, 403, "not-allowed", "errors.not-set-up", requestId);
    res.writeHead(307, { location: "/setup", "cache-control": "no-store" }).end();
    return;
  }
  translateEncoding(res);
  await serve(req, res);
}

/** Asks the database until somebody has an account; that never becomes untrue again. */
function rememberSetUp(needsSetup: () => Promise<boolean>): () => Promise<boolean> {
  let needed = true;
  return async () => {
    if (needed) needed = await needsSetup();
    return needed;
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const words = `${env().host}:${env().port} is in use by another program: choose another port with SPINDLE_PORT`;
      reject(taken ? new Error(words, { cause: error }) : error);
    });
    server.listen(env().port, env().host, () => resolve());
  });
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_DEADLINE_MS);
  await closed;
  clearTimeout(timer);
}

/** Starts serving the built pages. Throws an Error with words when it may not or can't listen there. */
export async function openFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const problem = listenProblem(env());
  if (problem) throw new Error(problem);
  const app = next({ dev: false, dir: fileURLToPath(new URL("../..", import.meta.url)), customServer: true });
  await app.prepare();
  const pages = new SharedPages(app.getRequestHandler());
  const serve: Handler = (req, res) => pages.handle(req, res);
  const needsSetup = rememberSetUp(options.needsSetup);
  const server = createServer((req, res) => {
    handle(req, res, serve, needsSetup).catch((error: unknown) => {
      log.error("a request failed at the front door", { path: req.url?.split("?")[0], error });
      if (!res.headersSent)
        refuse(res, 500, "internal", "errors.internal", String(res.getHeader("x-request-id") ?? "none"));
      else res.destroy();
    });
  });
  server.on("upgrade", (_req, socket) => socket.destroy());
  await listen(server);
  const { port } = server.address() as AddressInfo;
  const host = env().host.includes(":") ? `[${env().host}]` : env().host;
  return {
    url: env().origin ?? `http://${host}:${port}`,
    close: async () => {
      await closeServer(server);
      await app.close();
    },
  };
}
