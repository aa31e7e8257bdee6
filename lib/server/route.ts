import { requireSession } from "../auth/session.ts";
import { type RequestContext, requestFacts, type ServiceContext } from "../services/context.ts";
import { failureView, statusOf } from "./failure.ts";

/** What Next hands a route beside the request. */
export interface RouteArguments {
  params: Promise<Record<string, string>>;
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
  return (request, { params }) =>
    answer(request, async (facts) => {
      const session = await requireSession(request.headers);
      const call = { request, url: new URL(request.url), params: await params };
      return handle({ ...facts, actor: session.user }, call);
    });
}

/** A route without a session: signing in. */
export function openRoute(handle: (ctx: RequestContext, request: Request) => Promise<unknown>): Handler {
  return (request) => answer(request, (facts) => handle(facts, request));
}
