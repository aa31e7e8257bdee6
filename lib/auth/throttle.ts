import { createHash } from "node:crypto";
import { lt, sql } from "drizzle-orm";
import { db } from "../db/client.ts";
import { signInFailures } from "../db/schema/index.ts";

/**
 * Sign-in slows down and never locks. Guesses at one account from one address, and all guesses of one address, have to
 * wait longer each time; an account guessed at from many addresses answers slower to everybody, so that strangers
 * can't keep its owner out.
 */
export interface Rule {
  /** Failures that cost nothing. */
  free: number;
  /** The longest delay, in seconds. */
  most: number;
}

export const RULES = {
  pair: { free: 3, most: 60 },
  address: { free: 15, most: 60 },
  account: { free: 10, most: 3 },
} as const satisfies Record<string, Rule>;

/** The clock, not the transaction's beginning: attempts at once wait for each other inside their statements. */
const NOW = sql`clock_timestamp()`;

/** Failures are forgotten after this long without another. */
const FORGET_SECONDS = 15 * 60;

/** Seconds to wait after so many failures in a row: 1, 2, 4, … once the free ones are used up. */
export function delaySeconds(failures: number, rule: Rule): number {
  if (failures < rule.free) return 0;
  return Math.min(rule.most, 2 ** Math.min(failures - rule.free, 30));
}

/** An IPv6 customer has a /64: its last half says nothing about who it is. */
export function addressGroup(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail.split(":").filter(Boolean);
  const fill = address.includes("::") ? Array(Math.max(0, 8 - left.length - right.length)).fill("0") : [];
  return `${[...left, ...fill, ...right].slice(0, 4).join(":")}::/64`;
}

/** Keys are hashes: what was typed as an address, a password by mistake perhaps, is not kept. */
function key(kind: keyof typeof RULES, ...parts: string[]): string {
  return `${kind}:${createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 32)}`;
}

export interface Attempt {
  /** Must wait this long before a password is looked at; 0: go on. */
  waitSeconds: number;
  /** Answer no sooner than after this long. */
  slowSeconds: number;
}

/**
 * Counts an attempt before the password is looked at, so that a hundred at once count as a hundred. An attempt that
 * comes too early is refused and not counted: waiting always helps.
 */
export async function beginAttempt(email: string, address: string): Promise<Attempt> {
  const account = email.toLowerCase();
  const group = addressGroup(address);
  for (const [kind, name] of [
    ["pair", key("pair", account, group)],
    ["address", key("address", group)],
  ] as const) {
    const wait = await count(name, RULES[kind]);
    if (wait > 0) return { waitSeconds: wait, slowSeconds: 0 };
  }
  const [row] = await bump(key("account", account), sql`true`);
  return { waitSeconds: 0, slowSeconds: delaySeconds((row?.count ?? 1) - 1, RULES.account) };
}

/** SQL twin of `delaySeconds`, as an interval. */
function delaySql(rule: Rule) {
  const { count } = signInFailures;
  return sql`make_interval(secs => case when ${count} < ${rule.free} then 0
    else least(${rule.most}, power(2, least(${count} - ${rule.free}, 30))) end)`;
}

function bump(name: string, due: ReturnType<typeof sql>) {
  const { count, lastAt } = signInFailures;
  const forgotten = sql`${lastAt} < ${NOW} - make_interval(secs => ${FORGET_SECONDS})`;
  return db()
    .insert(signInFailures)
    .values({ key: name, count: 1, lastAt: NOW })
    .onConflictDoUpdate({
      target: signInFailures.key,
      set: { count: sql`case when ${forgotten} then 1 else ${count} + 1 end`, lastAt: NOW },
      setWhere: due,
    })
    .returning({ count: signInFailures.count });
}

/** Adds one where the wait is over; answers with the seconds still to wait, 0 when it was counted. */
async function count(name: string, rule: Rule): Promise<number> {
  const [row] = await bump(name, sql`${signInFailures.lastAt} + ${delaySql(rule)} <= ${NOW}`);
  if (row) return 0;
  const [left] = await db()
    .select({
      seconds: sql<number>`ceil(extract(epoch from ${signInFailures.lastAt} + ${delaySql(rule)} - ${NOW}))::int`,
    })
    .from(signInFailures)
    .where(sql`${signInFailures.key} = ${name}`);
  return Math.max(1, left?.seconds ?? 1);
}

/** The password was right: the account's and this pair's failures are forgotten, the address's stay. */
export async function attemptSucceeded(email: string, address: string): Promise<void> {
  const account = email.toLowerCase();
  const names = [key("pair", account, addressGroup(address)), key("account", account)];
  await db().delete(signInFailures).where(sql`${signInFailures.key} in ${names}`);
}

/** Removes what is forgotten anyway. */
export async function sweepFailures(): Promise<void> {
  await db()
    .delete(signInFailures)
    .where(lt(signInFailures.lastAt, sql`${NOW} - make_interval(secs => ${FORGET_SECONDS})`));
}
