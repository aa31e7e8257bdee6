import { type ErrorCode, PanelError } from "../domain/errors.ts";
import { type Text, text } from "../domain/text.ts";

/** Where a connection goes, as far as an error names it. */
export interface Place {
  address: string;
  port: number;
  user?: string;
}

const where = (place: Place) => ({ address: place.address, port: String(place.port), user: place.user ?? "" });

function failure(code: ErrorCode, name: string, place: Place, cause?: unknown): PanelError {
  const values = where(place);
  return new PanelError(
    { code, message: text(`ssh.${name}`, values), hint: text(`ssh.${name}-hint`, values) },
    { cause },
  );
}

/** A sentence by the socket's error code; the rest is "lost". */
const SOCKET: Record<string, [ErrorCode, string]> = {
  ECONNREFUSED: ["unreachable", "refused"],
  EHOSTUNREACH: ["unreachable", "no-route"],
  ENETUNREACH: ["unreachable", "no-route"],
  ETIMEDOUT: ["unreachable", "silent"],
  ENOTFOUND: ["unreachable", "no-such-name"],
  EAI_AGAIN: ["unreachable", "no-such-name"],
};

/** The shape of ssh2's errors. */
interface SshError extends Error {
  level?: string;
  code?: unknown;
  syscall?: string;
}

/** What ssh2 said while connecting, in words for a person. */
export function connectError(error: unknown, place: Place): PanelError {
  if (error instanceof PanelError) return error;
  const { level, code, message = "" } = error as SshError;
  const known = typeof code === "string" ? SOCKET[code] : undefined;
  if (known) return failure(known[0], known[1], place, error);
  if (level === "client-authentication") return failure("auth-failed", "auth-failed", place, error);
  if (level === "client-timeout" || /timed out/i.test(message)) return failure("unreachable", "silent", place, error);
  if (/no matching/i.test(message)) return failure("not-supported", "no-common-algorithm", place, error);
  return failure("unreachable", "lost", place, error);
}

/** The machine shows another key than the pinned one: nothing was sent to it. */
export function hostKeyError(place: Place, expected: string, seen: string): PanelError {
  const values = { ...where(place), expected, seen };
  return new PanelError({
    code: "host-key",
    message: text("ssh.host-key", values),
    hint: text("ssh.host-key-hint", values),
  });
}

/** The node takes no further session on this connection. */
export function sessionsError(place: Place, cause: unknown): PanelError {
  return failure("busy", "sessions", place, cause);
}

/** The connection ended in the middle of a command: a read just failed; what a change did is not known. */
export function brokenError(place: Place, effect: "read" | "change", cause?: unknown): PanelError {
  if (effect === "change") return failure("outcome-unknown", "outcome-unknown", place, cause);
  return failure("unreachable", "lost", place, cause);
}

/** A command did not end in time. */
export function deadlineError(place: Place, effect: "read" | "change", seconds: number): PanelError {
  const values = { ...where(place), seconds };
  if (effect === "change") return failure("outcome-unknown", "outcome-unknown", place);
  return new PanelError({
    code: "timeout",
    message: text("ssh.deadline", values),
    hint: text("ssh.deadline-hint", values),
  });
}

/** A command printed more than anybody asked for; it was ended. */
export function outputError(place: Place, reason: Text): PanelError {
  return new PanelError({ code: "command-failed", message: reason, hint: text("ssh.output-hint", where(place)) });
}
