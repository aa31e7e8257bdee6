import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isFull, type Lab, type LabNode } from "../../lab/index.ts";
import { db } from "../../lib/db/client.ts";
import { clusters } from "../../lib/db/schema/index.ts";
import type { DraftView } from "../../lib/domain/dto.ts";
import { lookAgain } from "../../lib/services/drafts/machines.ts";
import { plainDown, plainNode } from "../support/nodes.ts";
import { traceOf } from "./trace.ts";
import {
  addLabNode,
  blockLastStep,
  failedRows,
  type LabPanel,
  openLabPanel,
  runDraft,
  settled,
  typeCluster,
} from "./panel.ts";

let lab: Lab;
let node: LabNode;
let panel: LabPanel;
let draft: DraftView;
let before: string[];

beforeAll(async () => {
  lab = await plainNode();
  node = lab.nodes[0]!;
  panel = await openLabPanel();
});
afterAll(async () => {
  await panel?.close();
  await plainDown();
});

const packagesRow = () => draft.nodes[0]?.groups.flatMap((group) => group.rows).find((row) => row.id === "packages");

const names = () => String(packagesRow()?.detail?.values?.names).split(", ");

describe("a plain Debian, which has none of the packages @P01", () => {
  it("shows them all with their size, and is left as it is", async () => {
    before = await traceOf(node);
    const draftId = await typeCluster(panel.ctx, "plain", [
      { key: "s1", kind: "file", name: "files", config: { vmDir: "/vm" } },
    ]);
    draft = await addLabNode(panel.ctx, draftId, node);
    expect(failedRows(draft)).toEqual([]);
    expect(packagesRow()).toMatchObject({ state: "pass", detail: { key: "preflight.packages.will-install" } });
    expect(names()).toEqual(expect.arrayContaining(["qemu-system-x86", "libvirt-daemon-system"]));
    expect(await traceOf(node)).toEqual(before);
    expect(await node.sh("ls -A /run | grep spindle || true")).toBe("");
  });

  it(
    "gets exactly those; undone, has none of them again, nor what they brought @P02",
    async () => {
      const unblock = await blockLastStep(draft.id);
      const { task, steps } = await runDraft(panel.ctx, draft);
      const said = steps.map(({ stepId, state, exitCode, output, error }) => ({
        stepId,
        state,
        exitCode,
        output,
        error,
      }));
      expect([task.state, task.error?.message.key], JSON.stringify(said, null, 1)).toEqual([
        "undone",
        "join.record.taken",
      ]);
      const output = steps.find((step) => step.stepId.endsWith(".packages"))?.output ?? "";
      const set = [...output.matchAll(/^Setting up (\S+?)(?::\S+)? \(/gm)].map((match) => match[1]);
      expect(set.sort()).toEqual(names().sort());
      expect(await traceOf(node)).toEqual(before);
      await unblock();
    },
    30 * 60_000,
  );

  // Every run installs once; the second installation, which stays, is the long run's.
  if (isFull) {
    it(
      "joined, has them, and libvirt answers",
      async () => {
        await lookAgain(panel.ctx, { draftId: draft.id, key: draft.nodes[0]!.key, password: node.rootPassword });
        draft = await settled(panel.ctx, draft.id);
        expect((await runDraft(panel.ctx, draft)).task.state).toBe("done");
        expect(await node.sh(["virsh", "-c", "qemu:///system", "version"], { timeoutMs: 120_000 })).toContain("QEMU");
        expect(await db().select().from(clusters).where(eq(clusters.name, "plain"))).toHaveLength(1);
      },
      30 * 60_000,
    );
  }
});
