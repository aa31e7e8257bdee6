import { asLookedFor } from "#lib/domain/storable.ts";

/** What Next hands a page of its address. */
export interface PageAddress {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** The address's values as rows could have them; of one that is there twice, the first. */
export function addressValues(params: Awaited<PageAddress["searchParams"]>): { get(name: string): string | null } {
  return {
    get: (name) => {
      const value = params[name];
      const first = Array.isArray(value) ? value[0] : value;
      return first === undefined ? null : asLookedFor(first);
    },
  };
}
