import { isIP } from "node:net";
import { hostname } from "node:os";
import type { Env } from "../env.ts";

/** An IPv4 address inside IPv6 is the IPv4 address. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}

export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}

/** The host of a `Host` header without its port, lower case; null for what is not one. */
export function hostName(host: string | undefined): string | null {
  const found = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.exec(host ?? "");
  return found ? found[1]!.toLowerCase() : null;
}

/** What a request says about itself, after untrusted forwarding headers were left out. */
export interface Claimed {
  address: string;
  host: string;
  protocol: "http" | "https";
}

type HeaderValue = string | string[] | undefined;
const first = (value: HeaderValue) => (Array.isArray(value) ? value[0] : value)?.split(",")[0]?.trim();
const last = (value: HeaderValue) => (Array.isArray(value) ? value.at(-1) : value)?.split(",").at(-1)?.trim();

/** The peer, or, when it is a proxy of ours, whom the proxy names: the last one in its list, which it wrote itself. */
export function claimed(headers: Record<string, HeaderValue>, peer: string, trusted: readonly string[]): Claimed {
  const address = plainAddress(peer);
  const host = first(headers.host) ?? "";
  if (!trusted.includes(address)) return { address, host, protocol: "http" };
  return {
    address: plainAddress(last(headers["x-forwarded-for"]) ?? address),
    host: last(headers["x-forwarded-host"]) ?? host,
    protocol: last(headers["x-forwarded-proto"]) === "https" ? "https" : "http",
  };
}

/**
 * Whether a request is for this panel. A page of a stranger whose name was made to point here must not be served:
 * with an origin only its host counts; without one, loopback names and, beyond loopback, plain addresses and our name.
 */
export function hostAccepted(host: string, env: Pick<Env, "origin" | "host">): boolean {
  if (env.origin) return host.toLowerCase() === new URL(env.origin).host;
  const name = hostName(host);
  if (!name) return false;
  if (isLoopback(name)) return true;
  if (isLoopback(env.host)) return false;
  return (
    isIP(name.replace(/^\[|\]$/g, "")) !== 0 || name === hostname().toLowerCase() || name === env.host.toLowerCase()
  );
}

/** Whether a request that changes something comes from a page of this panel. */
export function sameOrigin(headers: Record<string, HeaderValue>, ownOrigin: string): boolean {
  const origin = first(headers.origin);
  if (origin !== undefined) return origin === ownOrigin;
  return first(headers["sec-fetch-site"]) === "same-origin";
}

/** Why the panel may not listen there as it was told; null when it may. */
export function listenProblem(env: Env): string | null {
  if (isLoopback(env.host) || env.insecureHttp || env.origin?.startsWith("https://")) return null;
  return `${env.host} can be reached by others: set SPINDLE_ORIGIN to the https address people use (a proxy with a certificate in front of the panel), or start with --insecure-http to send passwords in the clear`;
}
