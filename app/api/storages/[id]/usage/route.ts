import { type PackedUsage, packPoint } from "#lib/domain/usage.ts";
import { route } from "#lib/server/route.ts";
import { storageUsage } from "#lib/services/storages/usage.ts";

/** How full a storage was on a node: `?node=ID&range=day|week|quarter|years`. */
export const GET = route(async (ctx, { params, url }): Promise<PackedUsage> => {
  const usage = await storageUsage(ctx, params.id ?? "", Object.fromEntries(url.searchParams));
  return { ...usage, points: usage.points.map(packPoint) };
});
