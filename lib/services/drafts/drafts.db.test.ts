import { createServer } from "node:net";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { clusters, draftNodes, drafts, secrets } from "../../db/schema/index.ts";
import { seedCluster } from "../../db/test-cluster.ts";
import type { TestDatabase } from "../../db/test-database.ts";
import type { DraftData } from "../../domain/dto.ts";
import { HOSTILE_STRINGS } from "../../domain/hostile-strings.ts";
import { sweepSecrets } from "../../secrets/store.ts";
import type { ServiceContext } from "../context.ts";
import { confirmDraft } from "./confirm.ts";
import { discardDraft, saveDraft, startClusterDraft, startJoinDraft } from "./edit.ts";
import { addMachine, addMachineSchema, choose, confirmHostKey, lookAgain, removeMachine } from "./machines.ts";
import { draftDataSchema } from "./stored.ts";
import { sweepDrafts } from "./sweep.ts";
import { getDraft } from "./view.ts";
import { startTestPanel } from "../test-panel.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await startTestPanel();
});
afterAll(async () => {
  await database.stop();
});
afterEach(async () => {
  await db().delete(drafts);
  await db().delete(clusters);
  await db().delete(secrets);
});

const person = (id: string): ServiceContext => ({
  actor: { id, name: id, email: `${id}@localhost` },
  requestId: "test",
  address: "127.0.0.1",
  now: new Date(),
});
const anna = person("anna");
const boris = person("boris");

const GOOD: Partial<DraftData> = {
  name: "lab",
  storages: [{ key: "s1", kind: "file", name: "files", config: { vmDir: "/vm" } }],
  mainKey: "s1",
};

async function type(draftId: string, change: Partial<DraftData>, version?: number) {
  const draft = await getDraft(anna, draftId);
  return saveDraft(anna, { draftId, version: version ?? draft.version, data: { ...draft.data, ...change } });
}

/** A port nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function addUnreachable(draftId: string): Promise<string> {
  const machine = {
    draftId,
    address: "127.0.0.1",
    port: await closedPort(),
    user: "root",
    credential: "password" as const,
    password: "secret word",
  };
  const { key } = await addMachine(anna, machine);
  await expect
    .poll(async () => (await getDraft(anna, draftId)).nodes.find((node) => node.key === key)?.state, {
      timeout: 20_000,
    })
    .toBe("failed");
  return key;
}

describe("a wizard's draft", () => {
  it("is one per person, and keeps what is typed over a reload, valid or not @S05", async () => {
    const { draftId } = await startClusterDraft(anna);
    expect(await startClusterDraft(anna)).toEqual({ draftId });
    expect((await startClusterDraft(boris)).draftId).not.toBe(draftId);
    await type(draftId, { ...GOOD, imageDir: "relative/../path" });
    const { data, problems } = await getDraft(anna, draftId);
    expect(data.imageDir).toBe("relative/../path");
    expect(problems.imageDir?.key).toBe("join.field.directory");
  });

  it("is nobody else's @S05", async () => {
    const { draftId } = await startClusterDraft(anna);
    const { version, data } = await getDraft(anna, draftId);
    const machine = { draftId, key: "nd_1" };
    const attempts = [
      () => getDraft(boris, draftId),
      () => saveDraft(boris, { draftId, version, data }),
      () => discardDraft(boris, draftId),
      () => addMachine(boris, { draftId, address: "127.0.0.1", port: 1, user: "root", credential: "key" }),
      () => confirmHostKey(boris, { ...machine, fingerprint: "SHA256:x" }),
      () => lookAgain(boris, machine),
      () => choose(boris, { ...machine, storageKey: "s1", choice: "a", value: "b" }),
      () => removeMachine(boris, machine),
      () => confirmDraft(boris, { draftId, digest: "0".repeat(64) }),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ view: { code: "not-found" } });
  });

  it("written in two tabs: the second writer is told, and nothing is lost @S05", async () => {
    const { draftId } = await startClusterDraft(anna);
    const { version } = await getDraft(anna, draftId);
    await type(draftId, { name: "first" }, version);
    await expect(type(draftId, { name: "second" }, version)).rejects.toMatchObject({ view: { code: "stale" } });
    expect((await getDraft(anna, draftId)).data.name).toBe("first");
  });

  it("shows the commands before any node is known, with what undoes each @B01", async () => {
    const { draftId } = await startClusterDraft(anna);
    const { plan, blockers, digest } = await type(draftId, GOOD);
    expect(plan?.steps.map((step) => step.id.split(".").slice(1).join("."))).toContain("key");
    expect(plan?.steps.every((step) => "undo" in step)).toBe(true);
    expect(blockers.map((blocker) => blocker.key)).toEqual(["join.blocker.no-nodes"]);
    expect(digest).toBeNull();
  });

  it("can't be confirmed while something stands in its way", async () => {
    const { draftId } = await startClusterDraft(anna);
    await type(draftId, GOOD);
    await expect(confirmDraft(anna, { draftId, digest: "0".repeat(64) })).rejects.toMatchObject({
      view: { code: "conflict" },
    });
  });

  it("refuses a cluster's name that is taken, in any case", async () => {
    await seedCluster({ name: "Lab" });
    const { draftId } = await startClusterDraft(anna);
    expect((await type(draftId, GOOD)).problems.name?.key).toBe("join.rule.cluster-name-taken");
  });

  it("of a join holds the cluster's storages, whatever a browser sends", async () => {
    await seedCluster({ name: "Lab" });
    const { draftId } = await startJoinDraft(anna, "cl_1");
    const { data } = await type(draftId, { ...GOOD, imageDir: "/elsewhere", step: "review" });
    expect(data).toMatchObject({ name: "Lab", imageDir: "/image", storages: [], step: "review" });
    await expect(startJoinDraft(anna, "cl_none")).rejects.toMatchObject({ view: { code: "not-found" } });
  });
});

describe("hostile strings in every field of the wizard", () => {
  it.each(HOSTILE_STRINGS.map((value, index) => [index, value.slice(0, 30), value] as const))(
    "string %i, %j, is kept as typed and named in the problems, or refused with the reason",
    async (_index, _shown, value) => {
      const { draftId } = await startClusterDraft(anna);
      const { data } = await getDraft(anna, draftId);
      const hostile = {
        ...data,
        name: value,
        imageDir: value,
        shareDir: value,
        storages: [{ key: "s1", kind: "file" as const, name: value, config: { vmDir: value } }],
        mainKey: "s1",
      };
      const parsed = draftDataSchema.safeParse(hostile);
      if (!parsed.success) {
        expect(parsed.error.issues.every((issue) => issue.message === "errors.field.characters")).toBe(true);
        return;
      }
      const saved = await type(draftId, parsed.data);
      const read = await getDraft(anna, draftId);
      expect(read.data).toEqual(hostile);
      for (const path of ["name", "imageDir", "shareDir", "storages.s1.name", "storages.s1.config.vmDir"])
        expect(saved.problems[path]).toBeDefined();
      expect(read.plan?.steps.length ?? 0).toBe(0);
    },
  );

  it.each(HOSTILE_STRINGS.map((value, index) => [index, value.slice(0, 30), value] as const))(
    "string %i, %j, is no address and no user",
    (_index, _shown, value) => {
      const machine = { draftId: "d", address: "10.0.0.1", port: 22, user: "root", credential: "key" };
      expect(addMachineSchema.safeParse({ ...machine, address: value }).success).toBe(false);
      expect(addMachineSchema.safeParse({ ...machine, user: value }).success).toBe(false);
    },
  );
});

describe("a machine in a draft @P01", () => {
  it("that can't be reached says so in words; no credential is shown to anybody", async () => {
    const { draftId } = await startClusterDraft(anna);
    await addUnreachable(draftId);
    const draft = await getDraft(anna, draftId);
    expect(draft.nodes[0]).toMatchObject({
      state: "failed",
      error: { code: "unreachable", message: { key: "ssh.refused" } },
    });
    expect(JSON.stringify(draft)).not.toMatch(/secret word|PRIVATE KEY/);
    const rows = await db().select().from(secrets);
    expect(rows).toHaveLength(2);
    expect(rows.every((row) => row.expiresAt !== null && !row.sealed.includes("secret word"))).toBe(true);
  });

  it("is not added twice", async () => {
    const { draftId } = await startClusterDraft(anna);
    await addUnreachable(draftId);
    const [row] = await db().select().from(draftNodes);
    const again = { draftId, address: "127.0.0.1", port: row!.port, user: "root", credential: "key" as const };
    await expect(addMachine(anna, again)).rejects.toMatchObject({
      view: { code: "already-exists", fields: { address: { key: "join.draft.address-twice" } } },
    });
  });

  it("pins only the fingerprint that was shown", async () => {
    const { draftId } = await startClusterDraft(anna);
    const key = await addUnreachable(draftId);
    await expect(confirmHostKey(anna, { draftId, key, fingerprint: "SHA256:other" })).rejects.toMatchObject({
      view: { code: "stale" },
    });
  });

  it.each(["leaving it out", "discarding the draft"])("takes its credentials with it: %s @S05", async (way) => {
    const { draftId } = await startClusterDraft(anna);
    const key = await addUnreachable(draftId);
    await (way === "leaving it out" ? removeMachine(anna, { draftId, key }) : discardDraft(anna, draftId));
    expect(await db().select().from(secrets)).toEqual([]);
  });

  it("loses its credentials after an hour, and says so @S05", async () => {
    const { draftId } = await startClusterDraft(anna);
    await addUnreachable(draftId);
    expect((await getDraft(anna, draftId)).nodes[0]?.hasCredential).toBe(true);
    const later = new Date(Date.now() + 3_601_000);
    await sweepSecrets(later);
    await sweepDrafts(later);
    expect(await db().select().from(secrets)).toEqual([]);
    expect((await getDraft(anna, draftId)).nodes[0]?.hasCredential).toBe(false);
    expect((await db().select().from(draftNodes).where(eq(draftNodes.draftId, draftId)))[0]?.passwordSecret).toBeNull();
  });

  it("goes with its draft when nobody came back for thirty days", async () => {
    const { draftId } = await startClusterDraft(anna);
    await addUnreachable(draftId);
    await sweepDrafts(new Date(Date.now() + 31 * 86_400_000));
    expect(await db().select().from(drafts)).toEqual([]);
    expect(await db().select().from(secrets)).toEqual([]);
  });
});
