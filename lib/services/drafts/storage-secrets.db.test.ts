import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { clusters, drafts, secrets } from "../../db/schema/index.ts";
import type { TestDatabase } from "../../db/test-database.ts";
import type { DraftData } from "../../domain/dto.ts";
import { openSecret, sealSecret, sweepSecrets } from "../../secrets/store.ts";
import { ctx as anna, startTestPanel } from "../test-panel.ts";
import { discardDraft, saveDraft, startClusterDraft } from "./edit.ts";
import { getDraft } from "./view.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestPanel();
});
afterAll(() => database.stop());
afterEach(async () => {
  await db().delete(drafts);
  await db().delete(clusters);
  await db().delete(secrets);
});

type Config = DraftData["storages"][number]["config"];
const typed: Config = {
  ...{ portals: "10.0.0.1", target: "iqn.2026-01.lab.host:san1", wwid: "360000000000000000e00000000010001" },
  ...{ chapUser: "panel", chapSecret: "open sesame" },
};

/** Saves the draft with one storage of this config; answers with what the browser gets back. */
async function type(draftId: string, config: Config): Promise<Config> {
  const { version, data } = await getDraft(anna, draftId);
  const storages: DraftData["storages"] = [{ key: "s1", kind: "network-lvm", name: "san", config }];
  const view = await saveDraft(anna, { draftId, version, data: { ...data, storages } });
  return view.data.storages[0]?.config ?? {};
}

const rows = async () => (await db().select({ id: secrets.id }).from(secrets)).map(({ id }) => id);

describe("secrets of a storage that is typed @S05", () => {
  it("come back as the ids of their rows, which stay as long as nothing else is typed", async () => {
    const { draftId } = await startClusterDraft(anna);
    const kept = await type(draftId, { ...typed, chapSecret: "open-sesame" });
    expect(kept.chapSecret).toMatch(/^se_/);
    expect(await openSecret(String(kept.chapSecret))).toBe("open-sesame");
    expect(await type(draftId, kept)).toEqual(kept);
    expect(await rows()).toEqual([kept.chapSecret]);
    expect(JSON.stringify(await db().select().from(drafts))).not.toContain("sesame");
  });

  it("are deleted when they are typed over, and when the draft is thrown away", async () => {
    const { draftId } = await startClusterDraft(anna);
    const first = await type(draftId, { ...typed, chapSecret: "one" });
    const second = await type(draftId, { ...first, chapSecret: "two" });
    expect(second.chapSecret).not.toBe(first.chapSecret);
    expect(await rows()).toEqual([second.chapSecret]);
    await discardDraft(anna, draftId);
    expect(await rows()).toEqual([]);
  });

  it("a browser can't name a secret of somebody else's", async () => {
    const { draftId } = await startClusterDraft(anna);
    const key = await sealSecret({ purpose: "node-key", value: "a node's own" });
    const kept = await type(draftId, { ...typed, chapSecret: key });
    expect(kept.chapSecret).not.toBe(key);
    await discardDraft(anna, draftId);
    expect(await rows()).toEqual([key]);
  });

  it("what can't be one is said at its field, and kept nowhere", async () => {
    const { draftId } = await startClusterDraft(anna);
    await type(draftId, typed);
    const { problems } = await getDraft(anna, draftId);
    expect(problems["storages.s1.config.chapSecret"]).toEqual({ key: "network-lvm.field.chap-secret" });
    expect(await rows()).toEqual([]);
  });

  it("are asked for again after their hour", async () => {
    const { draftId } = await startClusterDraft(anna);
    const kept = await type(draftId, { ...typed, chapSecret: "one" });
    await db()
      .update(secrets)
      .set({ expiresAt: new Date(Date.now() - 1000) })
      .where(eq(secrets.id, String(kept.chapSecret)));
    await sweepSecrets();
    const { data, problems } = await getDraft(anna, draftId);
    expect(data.storages[0]?.config.chapSecret).toBe("");
    expect(Object.keys(problems)).toContain("storages.s1.config.chapSecret");
  });
});
