import { processWide } from "../shared.ts";
import type { ChangedEntity } from "../domain/live.ts";

interface Versions {
  /** False while nobody tells this process what changes. */
  isHeard: boolean;
  /** Of everything. */
  total: number;
  of: Map<ChangedEntity, number>;
}

const versions = () => processWide<Versions>("versions", () => ({ isHeard: false, total: 0, of: new Map() }));

/** Something of the database has changed; without an entity it may be anything. */
export function countChange(entity?: ChangedEntity): void {
  const { of } = versions();
  versions().total += 1;
  for (const each of entity ? [entity] : of.keys()) of.set(each, (of.get(each) ?? 0) + 1);
}

export function setHeard(isHeard: boolean): void {
  versions().isHeard = isHeard;
}

/** Grows with every change of the database; null while nobody tells this process what changes. */
export function changesHeard(): number | null {
  const { isHeard, total } = versions();
  return isHeard ? total : null;
}

/** An answer of the database that is asked for again once something it was made of has changed. */
export class Kept<T, A extends unknown[] = []> {
  readonly #of: readonly ChangedEntity[];
  readonly #make: (...given: A) => Promise<T>;
  readonly #longestMs: number;
  #held: { value: Promise<T>; version: string; at: number } | null = null;

  /** `longestMs`: announcements can be lost, so nothing is kept longer than this, whatever was heard. */
  constructor(of: readonly ChangedEntity[], make: (...given: A) => Promise<T>, longestMs: number) {
    this.#longestMs = longestMs;
    this.#of = of;
    this.#make = make;
    for (const entity of of) versions().of.set(entity, versions().of.get(entity) ?? 0);
  }

  /** Made at most once at a time. In a process that hears no announcements it is made each time. */
  get(...given: A): Promise<T> {
    const { isHeard, of } = versions();
    if (!isHeard) return this.#make(...given);
    const version = this.#of.map((entity) => of.get(entity)).join();
    if (this.#held?.version === version && performance.now() - this.#held.at < this.#longestMs) return this.#held.value;
    const value = this.#make(...given);
    const held = { value, version, at: performance.now() };
    this.#held = held;
    // What failed is asked for again.
    value.catch(() => {
      if (this.#held === held) this.#held = null;
    });
    return value;
  }
}
