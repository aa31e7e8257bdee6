import { requireSession } from "../auth/session.ts";
import { asLookedFor } from "../domain/storable.ts";
import { type RequestContext, requestFacts, type ServiceContext } from "../services/context.ts";
import { failureView, statusOf } from "./failure.ts";

/** What Next hands a route beside the request. */
export interface RouteArguments {
  params: Promise<Record<string, string> | undefined>;
}

type Handler = (request: Request, route: RouteArguments) => Promise<Response>;

const HEADERS = { "cache-control": "private, no-store", "content-type": "application/json; charset=utf-8" };

function json(value: unknown, status: number, requestId: string): Response {
  return new Response(JSON.stringify(value), { status, headers: { ...HEADERS, "x-request-id": requestId } });
}

async function answer(request: Request, work: (facts: RequestContext) => Promise<unknown>): Promise<Response> {
  const facts = requestFacts(request.headers);
  try {
    const value = await work(facts);
    return value instanceof Response ? value : json(value, 200, facts.requestId);
  } catch (error) {
    const view = failureView(error, facts.requestId);
    return json({ error: view }, statusOf(view.code), facts.requestId);
  }
}

/** The address that was asked for, and its parameters, as rows could have them: what no row can bear finds nothing. */
async function callOf(request: Request, { params }: RouteArguments) {
  const url = new URL(request.url);
  url.search = new URLSearchParams([...url.searchParams].map(([name, value]) => [name, asLookedFor(value)])).toString();
  // Of an address without parameters Next hands over none.
  const own = Object.entries((await params) ?? {}).map(([name, value]) => [name, asLookedFor(value)] as const);
  return { request, url, params: Object.fromEntries(own) };
}

/**
 * A GET route for whoever is signed in: `export const GET = route((ctx, { params }) => service(ctx, params.id))`.
 * Answers with the value as JSON, or with `{ error: ErrorView }` and the status of its code; never cached.
 */
export function route(
  handle: (
    ctx: ServiceContext,
    call: { request: Request; url: URL; params: Record<string, string> },
  ) => Promise<unknown>,
): Handler {
  return (request, args) =>
    answer(request, async (facts) => {
      const session = await requireSession(request.headers);
      return handle({ ...facts, actor: session.user }, await callOf(request, args));
    });
}

/** A route without a session: signing in. */
export function openRoute(handle: (ctx: RequestContext, request: Request) => Promise<unknown>): Handler {
  return (request) => answer(request, (facts) => handle(facts, request));
}
