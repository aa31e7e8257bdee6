import { route } from "#lib/server/route.ts";
import { listStorageKinds } from "#lib/services/storages/kinds.ts";

/** Every storage type with its form; `?virtualization=kvm` leaves out what such a cluster can't hold. */
export const GET = route((ctx, { url }) => listStorageKinds(ctx, url.searchParams.get("virtualization")));
