import { clusterProblems, type Problems, type TypedStorage } from "../../domain/cluster-rules.ts";
import type { DraftData } from "../../domain/dto.ts";
import { text } from "../../domain/text.ts";
import { fieldTexts } from "../../server/failure.ts";
import { availableKinds, driverOf } from "../../storage/registry.ts";

/** A storage as typed, judged by its driver. */
function judge(storage: DraftData["storages"][number]): TypedStorage {
  const { key, kind, name, config } = storage;
  const driver = driverOf(kind);
  const parsed = driver?.config.safeParse(config);
  if (!driver || !parsed) return { key, kind, name, configProblems: {}, claims: [] };
  if (!parsed.success) return { key, kind, name, configProblems: fieldTexts(parsed.error), claims: [] };
  return { key, kind, name, configProblems: {}, claims: driver.claims(parsed.data) };
}

/** Sentences by field path for what is typed (S04, S07, S08, S09). `takenNames`: the clusters that exist, in lower case; `fixed`: keys of storages that the cluster has already. */
export function problemsOf(form: DraftData, takenNames: ReadonlySet<string>, fixed: readonly string[] = []): Problems {
  const problems = clusterProblems({ ...form, storages: form.storages.map(judge) }, availableKinds());
  if (!problems.name && takenNames.has(form.name.toLowerCase()))
    problems.name = text("join.rule.cluster-name-taken", { name: form.name });
  if (fixed.length > 0 && form.storages.every(({ key }) => fixed.includes(key)))
    problems.storages ??= text("join.rule.no-new-storage");
  return problems;
}
