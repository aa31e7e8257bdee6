import { z } from "zod";
import { isDatabaseAway } from "../db/client.ts";
import { type ErrorCode, type ErrorView, PanelError } from "../domain/errors.ts";
import { type Text, text } from "../domain/text.ts";
import { log } from "../log.ts";

/** A message of a schema that is a key of the catalogue (`auth.field.email`). */
const MESSAGE_KEY = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/;

function issueText(issue: z.core.$ZodIssue): Text {
  if (MESSAGE_KEY.test(issue.message)) return text(issue.message);
  if (issue.code === "invalid_type" && issue.input === undefined) return text("errors.field.missing");
  if (issue.code === "too_big") return text("errors.field.long");
  return text("errors.field.invalid");
}

/** A schema's refusal as sentences by field path; the first one of each field counts. */
export function fieldTexts(error: z.ZodError): Record<string, Text> {
  const fields: Record<string, Text> = {};
  for (const issue of error.issues) fields[issue.path.join(".")] ??= issueText(issue);
  return fields;
}

/** What a person sees of whatever was thrown; a defect is logged with the request id and shown without its words. */
export function failureView(error: unknown, requestId: string): ErrorView {
  if (error instanceof PanelError || (error instanceof Error && error.name === "PanelError" && "view" in error)) {
    return { ...(error as PanelError).view, requestId };
  }
  if (error instanceof z.ZodError) {
    return { code: "invalid-input", message: text("errors.invalid-input"), fields: fieldTexts(error), requestId };
  }
  log.error("a request failed", { requestId, error });
  const message = isDatabaseAway() ? text("errors.database-away") : text("errors.internal");
  return { code: "internal", message, requestId };
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  "invalid-input": 400,
  "not-signed-in": 401,
  "auth-failed": 401,
  "not-allowed": 403,
  "not-found": 404,
  "already-exists": 409,
  conflict: 409,
  stale: 409,
  "in-use": 409,
  busy: 429,
  internal: 500,
};

/** The HTTP status of an error's code. */
export function statusOf(code: ErrorCode): number {
  return STATUS[code] ?? 422;
}
