import { unstable_rethrow as rethrowOfNext } from "next/navigation.js";
import { type z, ZodError } from "zod";
import type { ActionResult } from "../domain/errors.ts";
import { unstorableIn } from "../domain/storable.ts";
import { failureView } from "../server/failure.ts";
import {
  contextFromRequest,
  openContextFromRequest,
  type RequestContext,
  type ServiceContext,
} from "../services/context.ts";

async function settle<C extends RequestContext, T>(
  context: () => Promise<C>,
  work: (ctx: C) => Promise<T>,
): Promise<ActionResult<T>> {
  const { requestId } = await openContextFromRequest();
  try {
    return { ok: true, value: await work(await context()) };
  } catch (error) {
    // A redirect is an exception of Next.
    rethrowOfNext(error);
    return { ok: false, error: failureView(error, requestId) };
  }
}

/** What a schema takes, and a row can bear: so no text that was sent is an error of the database. Throws ZodError. */
async function parsed<S extends z.ZodType>(schema: S, input: unknown): Promise<z.output<S>> {
  const value = await schema.parseAsync(input);
  const [first, ...others] = unstorableIn(value);
  if (!first) return value;
  const message = "errors.field.characters";
  throw new ZodError([first, ...others].map((path) => ({ code: "custom", path, message, input: undefined })));
}

/**
 * A server action for whoever is signed in: `export const createCluster = action(schema, (ctx, input) => …)`.
 * The session is looked at before the input. Nothing is thrown across the wire: refusals are `{ ok: false, error }`
 * with the request id, and with `fields` where the schema refused.
 */
export function action<S extends z.ZodType, T>(
  schema: S,
  run: (ctx: ServiceContext, input: z.output<S>) => Promise<T>,
): (input: z.input<S>) => Promise<ActionResult<T>> {
  return async (input) => settle(contextFromRequest, async (ctx) => run(ctx, await parsed(schema, input)));
}

/** An action that needs no session: signing in, and what a link in one's hand allows. */
export function openAction<S extends z.ZodType, T>(
  schema: S,
  run: (ctx: RequestContext, input: z.output<S>) => Promise<T>,
): (input: z.input<S>) => Promise<ActionResult<T>> {
  return async (input) => settle(openContextFromRequest, async (ctx) => run(ctx, await parsed(schema, input)));
}
