import type { DraftView, StorageKindView } from "#lib/domain/dto.ts";
import { getDraft } from "#lib/services/drafts/view.ts";
import { listStorageKinds } from "#lib/services/storages/kinds.ts";
import { orNotFound, pageContext } from "../data.ts";

/** A draft and the forms of the storage types. */
export async function wizardData(draftId: string): Promise<{ draft: DraftView; kinds: StorageKindView[] }> {
  const ctx = await pageContext();
  const [draft, kinds] = await Promise.all([orNotFound(getDraft(ctx, draftId)), listStorageKinds(ctx, null)]);
  return { draft, kinds };
}
