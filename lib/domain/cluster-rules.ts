import { clusterName, directoryPath, isWithin, storageName } from "./names.ts";
import { KINDS_BY_VIRTUALIZATION, type StorageKind, type Virtualization } from "./storage.ts";
import { type Text, text } from "./text.ts";
import { type Claim, claimsCollide } from "./uses.ts";

/** A storage as it was typed, with what its driver says about the typed values. */
export interface TypedStorage {
  key: string;
  kind: StorageKind;
  name: string;
  /** Sentences of the driver's schema by field; empty when it has none. */
  configProblems: Record<string, Text>;
  /** Empty while the config is not valid. */
  claims: Claim[];
}

export interface TypedCluster {
  name: string;
  virtualization: Virtualization;
  imageDir: string;
  shareDir: string;
  storages: TypedStorage[];
  mainKey: string | null;
}

export type Problems = Record<string, Text>;

/** The first sentence that a schema has against a value; null when it takes it. */
function refusal(
  schema: { safeParse(value: unknown): { error?: { issues: { message: string }[] } } },
  value: unknown,
): Text | null {
  const issue = schema.safeParse(value).error?.issues[0];
  return issue ? text(issue.message) : null;
}

/**
 * Every rule a cluster must keep before any node is looked at (S07, S08, S09): sentences by field path, as
 * `DraftView.problems` has them. `available`: the kinds that this panel can use today.
 */
export function clusterProblems(typed: TypedCluster, available: ReadonlySet<StorageKind>): Problems {
  const problems: Problems = {};
  const put = (path: string, problem: Text | null) => {
    if (problem) problems[path] ??= problem;
  };
  put("name", refusal(clusterName, typed.name));
  if (typed.virtualization === "lxd") put("virtualization", text("join.rule.lxd"));
  put("imageDir", refusal(directoryPath, typed.imageDir));
  put("shareDir", refusal(directoryPath, typed.shareDir));
  if (!problems.imageDir && !problems.shareDir) put("shareDir", nested(typed.shareDir, typed.imageDir));
  if (typed.storages.length === 0) put("storages", text("join.rule.no-storage"));
  typed.storages.forEach((storage, index) => {
    Object.assign(problems, storageProblems(typed, storage, typed.storages.slice(0, index), available));
  });
  const hasMain = typed.storages.some((storage) => storage.key === typed.mainKey);
  if (typed.storages.length > 0 && !hasMain) put("mainKey", text("join.rule.no-main"));
  return problems;
}

function nested(path: string, other: string): Text | null {
  return isWithin(path, other) || isWithin(other, path) ? text("join.rule.same-directory", { path: other }) : null;
}

function storageProblems(
  cluster: TypedCluster,
  storage: TypedStorage,
  before: TypedStorage[],
  available: ReadonlySet<StorageKind>,
): Problems {
  const at = `storages.${storage.key}`;
  const problems: Problems = {};
  if (!KINDS_BY_VIRTUALIZATION[cluster.virtualization].includes(storage.kind)) {
    problems[`${at}.kind`] = text(`join.rule.kinds-${cluster.virtualization}`);
  } else if (!available.has(storage.kind)) {
    problems[`${at}.kind`] = text("join.rule.not-available");
  }
  const name = refusal(storageName, storage.name);
  if (name) problems[`${at}.name`] = name;
  else if (before.some((other) => other.name.toLowerCase() === storage.name.toLowerCase())) {
    problems[`${at}.name`] = text("join.rule.storage-name-taken", { name: storage.name });
  }
  for (const [field, problem] of Object.entries(storage.configProblems)) problems[`${at}.config.${field}`] = problem;
  for (const claim of storage.claims) {
    const problem = claimProblem(cluster, claim, before);
    if (problem) problems[`${at}.config.${claim.field}`] ??= problem;
  }
  return problems;
}

/** Why a claim can't stand beside the cluster's directories and the storages before it. */
function claimProblem(cluster: TypedCluster, claim: Claim, before: TypedStorage[]): Text | null {
  if (claim.what === "directory") {
    for (const directory of [cluster.imageDir, cluster.shareDir]) {
      const problem = nested(claim.value, directory);
      if (problem) return problem;
    }
  }
  const other = before.find((storage) => storage.claims.some((taken) => claimsCollide(claim, taken)));
  if (!other) return null;
  return text(claim.what === "directory" ? "join.rule.directory-taken" : "join.rule.claim-taken", {
    value: claim.value,
    name: other.name,
  });
}
