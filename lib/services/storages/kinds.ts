import type { StorageKindView } from "../../domain/dto.ts";
import { STORAGE_KINDS, VIRTUALIZATIONS } from "../../domain/storage.ts";
import { text } from "../../domain/text.ts";
import { formFields } from "../../storage/form.ts";
import { driverOf, kindsFor } from "../../storage/registry.ts";
import type { ServiceContext } from "../context.ts";

/** The storage types with the fields of their forms; with a virtualization only those its clusters may hold (S06, S07). */
export async function listStorageKinds(
  _ctx: ServiceContext,
  virtualization: string | null,
): Promise<StorageKindView[]> {
  const known = VIRTUALIZATIONS.find((name) => name === virtualization);
  const kinds = known ? kindsFor(known) : STORAGE_KINDS;
  return kinds.map((kind) => {
    const driver = driverOf(kind);
    return {
      kind,
      description: text(`join.kind.${kind}`),
      available: driver !== null,
      fields: driver ? formFields(driver) : [],
    };
  });
}
