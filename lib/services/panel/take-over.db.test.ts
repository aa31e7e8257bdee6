import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { audit, panel } from "../../db/schema/index.ts";
import type { TestDatabase } from "../../db/test-database.ts";
import { panelIdentity } from "../../secrets/master.ts";
import { startTestPanel } from "../test-panel.ts";
import { takePanelOver } from "./take-over.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestPanel();
});
afterAll(async () => {
  await database.stop();
});
beforeEach(async () => {
  await db().update(panel).set({ epoch: 1 });
});

describe("a panel that is put back from a backup @B02", () => {
  it("has an epoch above the one it was saved with, and above that of whoever was put back from it before", async () => {
    const second = Math.floor(Date.now() / 1000);
    const epoch = await takePanelOver();
    expect(epoch).toBeGreaterThanOrEqual(second);
    expect((await panelIdentity()).epoch).toBe(epoch);
    expect(await takePanelOver()).toBeGreaterThan(epoch);
  });

  it("goes on counting where the clock is behind", async () => {
    const ahead = Math.floor(Date.now() / 1000) + 86_400;
    await db().update(panel).set({ epoch: ahead });
    expect(await takePanelOver()).toBe(ahead + 1);
  });

  it("says so in the audit log, as the console", async () => {
    const epoch = await takePanelOver();
    const rows = await db().select().from(audit).where(eq(audit.action, "panel.take-over"));
    expect(rows.at(-1)).toMatchObject({
      actorName: "console",
      entityId: (await panelIdentity()).id,
      detail: { epoch },
    });
  });
});
