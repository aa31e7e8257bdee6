import { expect } from "@playwright/test";
import { nodesDown } from "../support/nodes.ts";
import { BACK, row, SHOWN, status, test, why } from "../support/situation.ts";

test.afterAll(nodesDown);

test.describe("with a File main storage", () => {
  test.use({ scene: "joined-file" });

  for (const fault of ["cut", "frozen", "killed"]) {
    test(`a node that is ${fault} is unreachable, keeps no figure as if it were fresh, and comes back by itself`, {
      tag: ["@S11", "@S32"],
    }, async ({ situation: { page, hurt, other } }) => {
      await hurt.breakFault(fault);
      await expect(status(page, hurt)).toHaveText("Unreachable", SHOWN);
      await expect(row(page, hurt)).toContainText("last seen");
      await expect(status(page, other)).toHaveText("Active");
      await hurt.mendFault(fault);
      await expect(status(page, hurt)).toHaveText("Active", { timeout: 240_000 });
    });
  }

  test("a rebooted node comes back by itself", { tag: ["@S11", "@S32"] }, async ({ situation: { page, hurt } }) => {
    const rebooted = hurt.breakFault("rebooted");
    await expect(status(page, hurt)).not.toHaveText("Active", SHOWN);
    await rebooted;
    await expect(status(page, hurt)).toHaveText("Active", { timeout: 240_000 });
  });

  test("a changed host key is refused loudly and never accepted by itself", { tag: ["@P01", "@S32"] }, async ({
    situation: { page, hurt },
  }) => {
    const before = await hurt.hostKeyFingerprint();
    await hurt.breakFault("host-key-changed");
    // A living connection goes on under the old key: the next one meets the new key.
    await hurt.sh("pkill -f 'sshd: [r]oot' || true");
    await expect(status(page, hurt)).toHaveText("Unreachable", SHOWN);
    const cause = await why(page, hurt);
    await expect(cause).toContainText(before);
    await expect(cause).toContainText(await hurt.hostKeyFingerprint());
    await hurt.mendFault("host-key-changed");
    await expect(status(page, hurt)).toHaveText("Active", BACK);
  });

  test("a check that hangs delays neither another storage's nor the node's figures", { tag: ["@S32"] }, async ({
    situation: { page, hurt },
  }) => {
    await hurt.sh("fsfreeze -f /vm");
    try {
      await expect(status(page, hurt)).toHaveText("Unknown", SHOWN);
      await hurt.breakFault("vg-renamed");
      await expect(row(page, hurt)).toContainText("lost", SHOWN);
      await hurt.mendFault("vg-renamed");
      await expect(row(page, hurt)).not.toContainText("lost", BACK);
    } finally {
      await hurt.sh("fsfreeze -u /vm");
    }
    await expect(status(page, hurt)).toHaveText("Active", BACK);
  });
});

test.describe("with an LVM main storage", () => {
  test.use({ scene: "joined-lvm" });

  test("a renamed volume group corrupts the node and says both names; renamed back, it is active again", {
    tag: ["@S11", "@S17", "@S32"],
  }, async ({ situation: { page, hurt, other } }) => {
    await hurt.breakFault("vg-renamed");
    await expect(status(page, hurt)).toHaveText("Corrupted", SHOWN);
    await expect(await why(page, hurt)).toContainText("The volume group lvm0 is called lvm0_away now");
    await expect(status(page, other)).toHaveText("Active");
    await hurt.mendFault("vg-renamed");
    await expect(status(page, hurt)).toHaveText("Active", BACK);
  });

  test("with all its disks pulled the group is lost; plugged in again it comes back", {
    tag: ["@S11", "@S17"],
  }, async ({ situation }) => {
    const { page, hurt } = situation;
    for (const disk of ["disk1", "disk2"]) await hurt.breakFault("disk-pulled", { disk });
    await expect(status(page, hurt)).toHaveText("Corrupted", SHOWN);
    await hurt.mendFault("disk-pulled");
    await expect(status(page, hurt)).toHaveText("Active", BACK);
  });

  test("a missing physical volume degrades the group and names the volume", { tag: ["@S11", "@S17"] }, async ({
    situation,
  }) => {
    const { page, hurt } = situation;
    await hurt.breakFault("pv-missing");
    await expect(row(page, hurt)).toContainText("degraded", SHOWN);
    await expect(status(page, hurt)).toHaveText("Active, 1 warning");
    await expect(await why(page, hurt)).toContainText("missing");
    await hurt.mendFault("pv-missing");
    await expect(status(page, hurt)).toHaveText("Active", BACK);
  });

  test("the loss of a storage that is not the main one is a warning on the node", { tag: ["@S11"] }, async ({
    situation,
  }) => {
    const { page, hurt } = situation;
    await hurt.breakFault("dir-replaced");
    await expect(row(page, hurt)).toContainText("lost", SHOWN);
    await expect(status(page, hurt)).toHaveText("Active, 1 warning");
    await hurt.mendFault("dir-replaced");
    await expect(status(page, hurt)).toHaveText("Active", BACK);
  });

  test("the storage page speaks LVM's words: PVs, size, free and metadata space", { tag: ["@S17"] }, async ({
    situation,
  }) => {
    const { page, hurt } = situation;
    await page.getByRole("columnheader", { name: /group/ }).getByRole("link").click();
    await expect(page.getByRole("heading", { name: "group" })).toBeVisible();
    const words = ["PV", "metadata", "VG"];
    for (const word of words) await expect(page.getByText(word, { exact: false }).first()).toBeVisible();
    const own = JSON.parse(
      await hurt.sh(["vgs", "--reportformat", "json", "--units", "b", "-o", "pv_count", "lvm0"]),
    ) as {
      report: [{ vg: [{ pv_count: string }] }];
    };
    expect(own.report[0].vg[0].pv_count).toBe("2");
  });
});
