import { sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import { naturalOrder } from "../domain/units.ts";
import { db } from "./client.ts";

/**
 * The distinct values of a column that leads an index, in natural order: the index is asked for the next one after each,
 * so that a long table with few of them is not read.
 */
export async function distinctValues(column: AnyPgColumn): Promise<string[]> {
  const rows = await db().execute<{ value: string }>(sql`
    with recursive seen as (
      select min(${column}) as value from ${column.table}
      union all
      select (select min(${column}) from ${column.table} where ${column} > seen.value) from seen where seen.value is not null
    ) select value from seen where value is not null`);
  return rows.map(({ value }) => value).sort(naturalOrder);
}
