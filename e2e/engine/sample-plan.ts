import type { LabNode } from "../../lab/index.ts";
import { inTransaction } from "../../lib/db/client.ts";
import { clusters, secrets } from "../../lib/db/schema/index.ts";
import { db } from "../../lib/db/client.ts";
import type { NodeStep, Plan, PlanTarget } from "../../lib/domain/plan.ts";
import { text } from "../../lib/domain/text.ts";
import { createTask } from "../../lib/plans/create-task.ts";
import { sealSecret } from "../../lib/secrets/store.ts";
import { authorizedKeysLine, newKeyPair } from "../../lib/ssh/keys.ts";

const title = text("task.waiting", { node: "sample" });
const undoTitle = title;
const KEYS = "/root/.ssh/authorized_keys";
const DIR = "/vm sample";
const MARK = `${DIR}/it's $HOME`;

/** Adds a line to a file that may not be there; takes it out again, and the file when it is empty then. */
const ADD_LINE = 'umask 077; mkdir -p -- "$(dirname -- "$1")"; printf "%s\\n" "$2" >>"$1"';
const DROP_LINE =
  '[ -e "$1" ] || exit 0; grep -vxF -- "$2" "$1" >"$1.new"; cat "$1.new" >"$1"; rm -f -- "$1.new"; [ -s "$1" ] || { rm -f -- "$1"; rmdir -- "$(dirname -- "$1")"; }';
const sh = (script: string, ...values: string[]) => ["sh", "-c", script, "spindle", ...values];

function accessStep(line: string): NodeStep {
  return {
    kind: "node",
    id: "access",
    target: "n1",
    title,
    access: true,
    command: { argv: sh(ADD_LINE, KEYS, line) },
    alreadyDone: { command: { argv: ["grep", "-qxF", "--", line, KEYS] } },
    undo: { title: undoTitle, command: { argv: sh(DROP_LINE, KEYS, line) } },
  };
}

const directoryStep: NodeStep = {
  kind: "node",
  id: "directory",
  target: "n1",
  title,
  command: { argv: ["mkdir", "--", DIR] },
  alreadyDone: { command: { argv: ["test", "-d", DIR] } },
  undo: {
    title: undoTitle,
    command: { argv: ["rmdir", "--", DIR] },
    proof: { command: { argv: ["find", DIR, "-mindepth", "1"] }, stdout: "" },
  },
};

/** Slow enough to be met in the middle, with a precondition and a secret. */
const markStep = (secret: string): NodeStep => ({
  kind: "node",
  id: "mark",
  target: "n1",
  title,
  command: { argv: sh('sleep 0.5; cat >"$1"; cat "$1"; echo "done é"', MARK), stdin: { secret } },
  precondition: { command: { argv: ["test", "-e", MARK] }, code: 1 },
  alreadyDone: { command: { argv: ["test", "-s", MARK] } },
  undo: { title: undoTitle, command: { argv: ["rm", "-f", "--", MARK] } },
});

const failingStep: NodeStep = {
  kind: "node",
  id: "failing",
  target: "n1",
  title,
  command: { argv: sh('touch -- "$1"; echo "it fails" >&2; exit 7', `${DIR}/half`) },
  undo: { title: undoTitle, command: { argv: ["rm", "-f", "--", `${DIR}/half`] } },
};

export const SAMPLE_SECRET = "a secret of $ample 42";

/** The plan as it is, for its points, and as a task with fresh keys and secrets. */
export interface Sample {
  plan: Plan;
  clean: () => Promise<void>;
  begin: () => Promise<string>;
  snapshot: () => Promise<unknown>;
}

function buildPlan(target: PlanTarget, line: string, markSecret: string, fails: boolean): Plan {
  const undo = { title: undoTitle, action: "sample.cluster", input: { id: "cl_sample" } };
  const steps: Plan["steps"] = [
    accessStep(line),
    directoryStep,
    { kind: "panel", id: "cluster", title, action: "sample.cluster", input: { id: "cl_sample", name: "sample" }, undo },
    markStep(markSecret),
  ];
  if (fails) steps.push(failingStep);
  const kind = fails ? "sample.fails" : "sample.works";
  return {
    format: 1,
    kind,
    title,
    targets: [target],
    steps,
    locks: ["sample", `address:${target.address}`],
    notes: [],
  };
}

/** A plan of an access step, a directory, a row and a file, on one node; with `fails`, a fifth step that fails. */
export async function sampleOn(node: LabNode, fails: boolean): Promise<Sample> {
  const fingerprint = await node.hostKeyFingerprint();
  const target = (keySecret: string, passwordSecret: string): PlanTarget => ({
    key: "n1",
    label: node.name,
    address: node.address,
    port: node.port,
    user: "root",
    fingerprint,
    nodeId: "nd_sample",
    keySecret,
    passwordSecret,
  });
  const clean = async () => {
    await node.sh(["rm", "-rf", "--", DIR, "/root/.ssh", "/var/lib/spindle"]);
    await db().delete(clusters);
    await db().delete(secrets);
  };
  const begin = async () => {
    await clean();
    const pair = newKeyPair();
    return inTransaction(async (tx) => {
      const key = await sealSecret({ purpose: "node-key", value: pair.privateKey }, tx);
      const password = await sealSecret({ purpose: "join-password", value: node.rootPassword }, tx);
      const mark = await sealSecret({ purpose: "sample", value: SAMPLE_SECRET }, tx);
      const line = authorizedKeysLine(pair.publicKey, "nd_sample");
      const author = { actor: { id: null, name: "sample" }, address: null, requestId: "sample" };
      return createTask(tx, author, buildPlan(target(key, password), line, mark, fails));
    });
  };
  return { plan: buildPlan(target("", ""), "", "", fails), clean, begin, snapshot: () => snapshotOf(node) };
}

async function snapshotOf(node: LabNode): Promise<unknown> {
  const files = await node.sh([
    "sh",
    "-c",
    'find "$@" -printf "%p %M %u %s\\n" 2>/dev/null | sort; cut -d" " -f1,2,4 /root/.ssh/authorized_keys 2>/dev/null || :',
    "-",
    DIR,
    "/root/.ssh",
    "/var/lib/spindle",
  ]);
  const units = await node.sh("systemctl list-units --all --no-legend --plain 'spindle-*'");
  return {
    files: files.trim().split("\n"),
    units,
    clusters: await db().select({ id: clusters.id, name: clusters.name }).from(clusters),
  };
}
