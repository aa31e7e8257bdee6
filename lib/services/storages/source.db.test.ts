import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db, inTransaction } from "../../db/client.ts";
import { audit, clusters, nodeStorages, secrets, storages, taskLocks, tasks } from "../../db/schema/index.ts";
import { seedCluster } from "../../db/test-cluster.ts";
import { seedTask, testPlan } from "../../db/test-task.ts";
import type { TestDatabase } from "../../db/test-database.ts";
import type { PanelStep } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import { HOSTILE_STRINGS } from "../../domain/hostile-strings.ts";
import { panelStepWork } from "../../plans/panel-steps.ts";
import type { PartsRequest } from "../../domain/parts-request.ts";
import { openSecret, sealSecret } from "../../secrets/store.ts";
import type { Source } from "../../storage/contract.ts";
import { seen } from "../drives/test-scene.ts";
import { deleteSecretsOf } from "../drafts/storage-secrets.ts";
import { replanTask } from "../tasks/replan.ts";
import { ctx as anna, startTestPanel } from "../test-panel.ts";
import { changeParts, lookAtParts, notePartsSource, registerPartsStep } from "./parts.ts";
import type { PartsPlace, PinInput } from "./plan-parts.ts";
import { limitSourceSecrets, readSourceForm } from "./source.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestPanel();
  registerPartsStep();
});
afterAll(() => database.stop());

beforeEach(async () => {
  await seedCluster({
    storages: [
      { id: "st_net", name: "san", kind: "network-lvm", isMain: true },
      { id: "st_lvm", name: "fast", kind: "lvm" },
      { id: "st_other", name: "other", kind: "network-lvm" },
    ],
    nodes: [{ id: "nd_1" }],
  });
});
afterEach(async () => {
  await db().delete(taskLocks);
  await db().delete(tasks);
  await db().delete(clusters);
  await db().delete(secrets);
});

const place = { storageId: "st_net", nodeId: "nd_1" };
const typed: Source = {
  ...{ portals: "10.0.0.1", target: "iqn.2026-01.lab.host:san2", chapUser: "panel", chapSecret: "open-sesame" },
  ...{ reverseUser: "", reverseSecret: "" },
};
const bob = { ...anna, actor: { ...anna.actor, id: "bob" } };

const note = (source: Source, ctx = anna) => notePartsSource(ctx, { ...place, source });
const rows = async () => (await db().select({ id: secrets.id }).from(secrets)).map(({ id }) => id);
const refusal = (...fields: string[]) => ({
  view: { code: "invalid-input", fields: Object.fromEntries(fields.map((field) => [field, expect.anything()])) },
});

const NOTHING = { group: { pvs: [] }, targets: [], luns: [], pvOf: {}, contents: {}, typed: null };
/** What a look is asked with. */
async function lookedWith(source: Source, ctx = anna, where = place): Promise<Source | undefined> {
  let asked: Source | undefined;
  const look = async ({ context }: PartsPlace) => {
    asked = context.source;
    return NOTHING;
  };
  await lookAtParts(ctx, { ...where, request: null, source }, look);
  return asked;
}

describe("where further disks of a storage are @P15 @S05", () => {
  it("is noted with its secret sealed, which comes back as an id and stays as long as nothing else is typed", async () => {
    const noted = await note(typed);
    expect(noted).toMatchObject({ target: typed.target, chapSecret: expect.stringMatching(/^se_/), reverseSecret: "" });
    expect(await openSecret(noted.chapSecret ?? "")).toBe("open-sesame");
    expect(await note({ ...noted, portals: "10.0.0.2" })).toEqual({ ...noted, portals: "10.0.0.2" });
    expect(await rows()).toEqual([noted.chapSecret]);
    expect(await lookedWith(noted)).toEqual(noted);
  });

  it("what is refused is said by field, and nothing of it is sealed", async () => {
    await expect(note({ ...typed, target: "san2" })).rejects.toMatchObject(refusal("target"));
    await expect(note({ ...typed, target: "iqn.2026-01.lab.host:san1" })).rejects.toMatchObject(refusal("target"));
    await expect(note({ ...typed, chapUser: "" })).rejects.toMatchObject(refusal("chapSecret"));
    await expect(note({ ...typed, chapSecret: "with blanks" })).rejects.toMatchObject(refusal("chapSecret"));
    await expect(note({ ...typed, wwid: "3" })).rejects.toMatchObject({ view: { code: "invalid-input" } });
    for (const value of HOSTILE_STRINGS.filter((one) => one !== "" && !one.includes("\0")))
      await expect(note({ ...typed, portals: value, target: value })).rejects.toMatchObject(
        refusal("portals", "target"),
      );
    expect(await rows()).toEqual([]);
  });

  it("an id of somebody else's secret is none: neither a node's key, nor what another administrator typed", async () => {
    const key = await sealSecret({ purpose: "node-key", value: "a node's own" });
    const bobs = (await note(typed, bob)).chapSecret ?? "";
    for (const id of [key, bobs]) {
      // It is sealed as the text that it is.
      const noted = await note({ ...typed, chapSecret: id });
      expect(await openSecret(noted.chapSecret ?? "")).toBe(id);
      await expect(lookedWith({ ...typed, chapSecret: id })).rejects.toMatchObject(refusal("chapSecret"));
    }
    await expect(lookedWith(typed)).rejects.toMatchObject(refusal("chapSecret"));
  });

  it("a secret is good for the storage that it was typed for, both ways of CHAP, and as long as it is kept", async () => {
    const noted = await note({ ...typed, reverseUser: "san", reverseSecret: "who-is-there" });
    expect(await openSecret(noted.reverseSecret ?? "")).toBe("who-is-there");
    const both = refusal("chapSecret", "reverseSecret");
    await expect(lookedWith(noted, anna, { ...place, storageId: "st_other" })).rejects.toMatchObject(both);
    await db()
      .update(secrets)
      .set({ expiresAt: new Date(Date.now() - 1000) });
    await expect(lookedWith(noted)).rejects.toMatchObject(both);
  });

  it("of a storage whose disks are a node's own there is none", async () => {
    const own = { ...place, storageId: "st_lvm", source: typed };
    await expect(notePartsSource(anna, own)).rejects.toMatchObject({ view: { code: "not-supported" } });
    expect(await readSourceForm(anna, { id: "st_lvm", kind: "lvm", config: {} }, null)).toBeNull();
  });

  it("its form has the portals of the storage's own target, and nothing of its secrets", async () => {
    const config = { portals: "10.0.0.9", target: "iqn.own", chapUser: "own", chapSecret: "se_00000000000000ab" };
    const form = await readSourceForm(anna, { id: "st_net", kind: "network-lvm", config }, null);
    const shown = Object.fromEntries((form?.fields ?? []).map((field) => [field.name, field.default]));
    expect(shown).toMatchObject({ portals: "10.0.0.9", target: "", chapUser: "", chapSecret: "" });
  });
});

describe("a change that brings a target @P15", () => {
  const THIRD = "360000000000000000e00000000020001";
  const GIB = 2 ** 30;
  const request: PartsRequest = { verb: "add", disks: [`/dev/disk/by-id/dm-uuid-mpath-${THIRD}`] };
  const shown = { ...{ lun: "0001000000000000", wwid: THIRD, size: GIB, keys: [] }, vendor: "", model: "", serial: "" };
  const portal = { portal: "10.0.0.1", targets: [typed.target], luns: [shown], problem: null };
  const pv = { uuid: "PV", device: "/dev/dm-1", size: GIB, used: 0, deviceSize: GIB, grown: 0, isMissing: false };
  /** What a node would answer that sees the typed target. */
  const look = async () => ({
    ...NOTHING,
    group: {
      group: { name: "net0", uuid: "NET", missingPvs: 0, attributes: "wz--n-", systemId: "", lockType: "", pvs: [] },
      ...{ pvs: [pv], isMoving: false, systemId: "" },
    },
    ...{ luns: [{ wwid: "3", target: "iqn" }], targets: [{ target: typed.target, portals: [portal] }] },
    contents: { [THIRD]: { contents: { kind: "blank" }, contentsProblem: null } },
    typed: { initiator: "iqn.a", records: [], sessions: [], marks: [], nameInDev: false },
  });
  async function confirm(source: Source, by = source) {
    const { planned } = await lookAtParts(anna, { ...place, request, source }, look, seen());
    if (!planned?.digest) throw new Error(JSON.stringify(planned));
    const change = { ...place, request, source: by, digest: planned.digest, typed: "" };
    return changeParts(anna, change, look, seen());
  }
  const expiries = async () => (await db().select().from(secrets)).map(({ expiresAt }) => expiresAt);

  it("keeps its secret for as long as its task may last, and lets it go again within the hour after that", async () => {
    const { taskId } = await confirm(await note(typed));
    expect(taskId).toMatch(/^tk_/);
    expect(await expiries()).toEqual([null]);
    await limitSourceSecrets();
    expect(await expiries()).toEqual([null]);
    await db().delete(taskLocks);
    await limitSourceSecrets();
    expect(await expiries()).toEqual([expect.any(Date)]);
  });

  it("is not begun with somebody else's secret", async () => {
    const bobs = (await note(typed, bob)).chapSecret ?? "";
    const noted = await note(typed);
    const change = confirm(noted, { ...noted, chapSecret: bobs });
    await expect(change).rejects.toMatchObject(refusal("chapSecret"));
    expect(await db().select().from(tasks)).toEqual([]);
  });
});

const pinned = { wwid: "3,3b", target: "iqn,iqn.2026-01.lab.host:san2" };
const title = text("task.meet");
const step = (more: Partial<PinInput>): PanelStep => {
  const input: PinInput = {
    ...{ ...place, clusterId: "cl_1", verb: "add", what: ["/dev/b"], storage: "san", node: "n", nodeIds: ["nd_1"] },
    ...{ identity: pinned, ...more },
  };
  return {
    ...{ kind: "panel", id: "pin", title, action: "parts.pin", undo: { none: title } },
    input: input as unknown as Record<string, unknown>,
  };
};

describe("the last step of a change that brings a target @P15", () => {
  const context = { taskId: "tk_1", requestId: "rq", actor: { id: "anna", name: "Anna" } };
  const pin = (targets: Source[]) => inTransaction((tx) => panelStepWork(step({ config: { targets } }))(tx, context));
  const storage = async () => (await db().select().from(storages).where(eq(storages.id, "st_net")))[0]!;

  it("writes it into the config together with the pin; its secret is the storage's from then on, and goes with it", async () => {
    const noted = await note(typed);
    const before = await storage();
    await pin([noted]);
    const after = await storage();
    expect(after.config).toEqual({ ...before.config, targets: [noted] });
    const [place] = await db().select().from(nodeStorages).where(eq(nodeStorages.storageId, "st_net"));
    expect(place?.identity).toMatchObject(pinned);
    const [kept] = await db().select().from(secrets);
    expect(kept?.expiresAt).toBeNull();
    await limitSourceSecrets();
    expect((await db().select().from(secrets))[0]?.expiresAt).toBeNull();
    const [entry] = await db().select().from(audit).where(eq(audit.action, "parts.add"));
    expect(JSON.stringify(entry)).not.toContain("sesame");
    await inTransaction((tx) => deleteSecretsOf(tx, [after]));
    expect(await rows()).toEqual([]);
  });

  it("without its secret nothing is written at all", async () => {
    const noted = await note(typed);
    await db().delete(secrets);
    await expect(pin([noted])).rejects.toMatchObject({ view: { code: "conflict" } });
    expect((await storage()).config).not.toHaveProperty("targets");
    const [place] = await db().select().from(nodeStorages).where(eq(nodeStorages.storageId, "st_net"));
    expect(place?.identity).not.toMatchObject(pinned);
  });

  it("where the storage has left the node meanwhile nothing is written either", async () => {
    const noted = await note(typed);
    await db().delete(nodeStorages).where(eq(nodeStorages.storageId, "st_net"));
    await expect(pin([noted])).rejects.toMatchObject({ view: { code: "conflict" } });
    expect((await storage()).config).not.toHaveProperty("targets");
  });

  it("other secrets without an end keep it, and so does one of a storage that a task works on", async () => {
    const key = await sealSecret({ purpose: "node-key", value: "a node's own" });
    const { chapSecret } = await note(typed);
    await db().update(secrets).set({ expiresAt: null });
    await seedTask();
    await db().insert(taskLocks).values({ key: "storage-node:st_net:nd_9", taskId: "tk_1" });
    await limitSourceSecrets();
    const endless = async () =>
      (await db().select().from(secrets)).flatMap(({ id, expiresAt }) => (expiresAt ? [] : id));
    expect((await endless()).toSorted()).toEqual([key, chapSecret].toSorted());
    await db().update(taskLocks).set({ key: "storage-node:st_net2:nd_9" });
    await limitSourceSecrets();
    expect(await endless()).toEqual([key]);
  });

  it("a secret whose change came to nothing goes within the hour", async () => {
    await note(typed);
    await db().update(secrets).set({ expiresAt: null });
    const expiry = async () => (await db().select().from(secrets))[0]?.expiresAt;
    await limitSourceSecrets();
    const within = await expiry();
    expect(within?.getTime()).toBeGreaterThan(Date.now());
    expect(within?.getTime()).toBeLessThanOrEqual(Date.now() + 3_600_000);
  });
});

describe("a change with a target that came to nothing, planned again @P15 @P10", () => {
  /** Seeds a task that was given this source; answers with its id. */
  async function ended(source: Source, state: "failed" | "done" = "failed"): Promise<string> {
    const id = `tk_${state}`;
    await seedTask({ id, state, plan: testPlan({ kind: "parts.add", steps: [step({ source })] }) });
    return id;
  }
  const typedAgain = async (taskId: string | null, ctx = anna, id = "st_net") => {
    const form = await readSourceForm(ctx, { id, kind: "network-lvm", config: {} }, taskId);
    return form?.typed;
  };

  it("has its form as it was typed, with its secrets' ids, which are in no address", async () => {
    const noted = await note(typed);
    const taskId = await ended(noted);
    const { href } = await replanTask(anna, { taskId });
    expect(href).toBe(`/storages/st_net/parts?do=add&node=nd_1&again=${taskId}`);
    const again = await typedAgain(taskId);
    expect(again).toEqual(noted);
    expect(await note(again ?? {})).toEqual(noted);
    expect(await lookedWith(noted)).toEqual(noted);
  });

  it("asks for a secret anew that is past its hour, or that another administrator typed", async () => {
    const noted = await note(typed);
    const taskId = await ended(noted);
    expect(await typedAgain(taskId, bob)).toEqual({ ...noted, chapSecret: "" });
    await db()
      .update(secrets)
      .set({ expiresAt: new Date(Date.now() - 1_000) });
    expect(await typedAgain(taskId)).toEqual({ ...noted, chapSecret: "" });
  });

  it("is nothing of another storage, nor of a task that went well or is none", async () => {
    const noted = await note(typed);
    expect(await typedAgain(await ended(noted), anna, "st_other")).toBeUndefined();
    expect(await typedAgain(await ended(noted, "done"))).toBeUndefined();
    await seedTask({ id: "tk_plain", state: "failed", plan: testPlan({ kind: "parts.add", steps: [step({})] }) });
    expect(await typedAgain("tk_plain")).toBeUndefined();
    for (const none of [null, "tk_none", "", "'"]) expect(await typedAgain(none)).toBeUndefined();
  });
});
