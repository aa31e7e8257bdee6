import type { ErrorView } from "../domain/errors.ts";
import { text } from "../domain/text.ts";
import { leaveForSignIn } from "./sign-in-page.ts";

/** A GET that was refused or got no answer; `view` has the words. */
export class RequestError extends Error {
  readonly view: ErrorView;
  readonly status: number;
  constructor(view: ErrorView, status: number) {
    super(`${view.code} (${status})`);
    this.name = "RequestError";
    this.view = view;
    this.status = status;
  }
}

function isErrorView(value: unknown): value is ErrorView {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}

/** The words of any failure of a query: the server's own where it sent some. */
export function errorViewOf(error: unknown): ErrorView {
  if (error instanceof RequestError) return error.view;
  return { code: "unreachable", message: text("common.panelUnreachable") };
}

/** GET of one of the panel's own routes. Throws RequestError; an ended session leads to the sign-in page. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, { signal, headers: { accept: "application/json" }, cache: "no-store" });
  if (response.ok) return (await response.json()) as T;
  if (response.status === 401) leaveForSignIn();
  const body: unknown = await response.json().catch(() => null);
  const inner = typeof body === "object" && body !== null && "error" in body ? body.error : body;
  const view: ErrorView = isErrorView(inner)
    ? inner
    : { code: "internal", message: text("common.requestFailed", { status: response.status }) };
  throw new RequestError(view, response.status);
}
