import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "../../lib/db/client.ts";
import { nodeLast, statusChanges, storageLast } from "../../lib/db/schema/index.ts";
import { hubDetails, recheckNode, stopHub } from "../../lib/live/hub.ts";
import { type Followed, follow, followedNode, isWell, liveOf, NODE, STORAGES, storageOf, until } from "./followed.ts";

let followed: Followed;

beforeAll(async () => {
  followed = await followedNode();
});
afterAll(async () => {
  await followed?.end();
});
beforeEach(async () => {
  await until("well", isWell, 240);
  followed.history.length = 0;
});

/** The statuses a storage went through, `suspect` ones with a question mark. */
const pathOf = (name: string) => {
  const words = followed.history.map((line) => new RegExp(`\\b${name}=(\\S+)`).exec(line)?.[1] ?? "");
  return words.filter((word, index) => word !== words[index - 1]);
};
const detailsOf = (storageId: string) => hubDetails(NODE)?.[storageId];
const healths = () => {
  const words = followed.history.map((line) => line.split(" ")[0] ?? "");
  return words.filter((word, index) => word !== words[index - 1]);
};

describe("figures", () => {
  it("come every second, in range @S32", async () => {
    await until("measured twice", () => typeof liveOf().figures?.cpu === "number");
    const { figures } = liveOf();
    expect(figures?.cpu).toBeGreaterThanOrEqual(0);
    expect(figures?.memoryUsed).toBeGreaterThan(0);
    expect(figures?.memoryUsed).toBeLessThan(figures?.memoryTotal ?? 0);
    expect(figures?.uptimeSeconds).toBeGreaterThan(0);
    const uptime = figures?.uptimeSeconds;
    await until("measured again", () => liveOf().figures?.uptimeSeconds !== uptime, 10);
    expect(liveOf().figuresAgeMs).toBeLessThan(3_000);
  });

  it("tell each partition, PV and extent @S14 @S17", () => {
    const files = storageOf(STORAGES.files);
    expect(files.figures?.size).toBeGreaterThan(400 * 1024 ** 2);
    const partitions = detailsOf(STORAGES.files)?.partitions as { directories: string[] }[];
    expect(partitions.map((partition) => partition.directories)).toEqual([["/vm"], ["/image", "/share"]]);
    const two = storageOf(STORAGES.two);
    expect(detailsOf(STORAGES.two)?.pvs).toHaveLength(2);
    expect(detailsOf(STORAGES.two)?.vg).toMatchObject({ name: "lvm1", extentSize: 4 * 1024 ** 2 });
    expect(two.figures).toMatchObject({ used: 0, allocated: 0 });
  });
});

describe("storages that fail", () => {
  const table: [
    fault: string,
    options: { vg?: string; disk?: string },
    name: keyof typeof STORAGES,
    status: string,
    reason: string,
    health: string,
  ][] = [
    ["dir-read-only", {}, "files", "degraded", "live.dir.read-only", "active"],
    ["dir-replaced", {}, "files", "lost", "live.dir.other-file-system", "corrupted"],
    ["dir-full", {}, "files", "degraded", "live.file.full", "active"],
    ["vg-renamed", {}, "one", "lost", "live.lvm.renamed", "active"],
    ["disk-pulled", {}, "one", "lost", "live.lvm.pvs-gone", "active"],
    ["disk-offline", {}, "one", "lost", "live.lvm.vg-gone", "active"],
    ["pv-missing", { vg: "lvm1" }, "two", "degraded", "live.lvm.partial", "active"],
  ];
  it.each(table)("%s is told, and over by itself @S11 @S13", async (fault, options, name, status, reason, health) => {
    const { node } = followed;
    await node.breakFault(fault, options);
    const storageId = STORAGES[name];
    try {
      if (fault === "disk-offline") recheckNode(NODE, storageId);
      await until(`${name} ${status}`, () => storageOf(storageId).status === status, 60);
      const { cause, since, readOnly, full } = storageOf(storageId);
      expect(cause?.reason.key).toBe(reason);
      expect(cause?.command).not.toBe("");
      expect(Date.parse(since ?? "")).toBeLessThanOrEqual(Date.now());
      expect({ readOnly, full }).toEqual({ readOnly: fault === "dir-read-only", full: fault === "dir-full" });
      expect(liveOf().health).toBe(health);
      expect(pathOf(name)).toEqual(["ok", "ok?", status].slice(pathOf(name)[0] === "ok" ? 0 : 1));
      for (const other of Object.keys(STORAGES)) if (other !== name) expect(pathOf(other)).toEqual(["ok"]);
      if (health === "active") expect(liveOf().warnings).toHaveLength(1);
    } finally {
      await node.mendFault(fault, options);
    }
    await until("well again", isWell, 120);
    expect(liveOf().warnings).toEqual([]);
  });

  it("maps onto a dead disk are shown when it is back, until they are refreshed @S11", async () => {
    const { node } = followed;
    await node.sh("lvcreate -q -y -an -L 16M -n held lvm0 && lvchange -ay lvm0/held");
    try {
      // Held open: the map survives its disk as a guest's would.
      await node.sh("sh -c 'exec 3</dev/lvm0/held; exec sleep 300' >/dev/null 2>&1 & echo $! >/run/held.pid");
      await node.breakFault("disk-pulled");
      await until("lost", () => storageOf(STORAGES.one).status === "lost", 60);
      await node.mendFault("disk-pulled");
      await until("degraded", () => storageOf(STORAGES.one).status === "degraded", 60);
      expect(storageOf(STORAGES.one).cause).toMatchObject({
        reason: { key: "live.lvm.stale-maps" },
        expected: "lvchange --refresh lvm0",
      });
      await node.sh("lvchange --refresh lvm0");
      await until("well", isWell, 60);
    } finally {
      await node.sh("kill $(cat /run/held.pid); sleep 0.5; lvremove -qfy lvm0/held");
    }
  });
});

describe("nodes that fail", () => {
  const silence = (name: string) => {
    const { figures, figuresAgeMs, status } = storageOf(STORAGES[name as "files"]);
    expect(status).toBe("unknown");
    expect(figures?.size).toBeGreaterThan(0);
    expect(figuresAgeMs).toBeGreaterThan(0);
  };

  it.each([["cut"], ["frozen"]])("%s: unknown, then unreachable, and back by itself @S32", async (fault) => {
    const { node } = followed;
    await node.breakFault(fault);
    try {
      await until("unreachable", () => liveOf().health === "unreachable", 30);
      expect(healths()).toEqual(["active", "unknown", "unreachable"].slice(healths()[0] === "active" ? 0 : 1));
      for (const name of Object.keys(STORAGES)) silence(name);
      expect(liveOf().figures?.memoryTotal).toBeGreaterThan(0);
      expect(liveOf().reason?.key).toMatch(/^ssh\./);
    } finally {
      await node.mendFault(fault);
    }
    await until("well again", isWell, 120);
    expect(healths()).not.toContain("corrupted");
  });

  it("another host key is refused, loudly, and nothing is accepted by itself", async () => {
    const { node } = followed;
    await node.breakFault("host-key-changed");
    try {
      await dropConnections();
      await until("unreachable", () => liveOf().health === "unreachable", 60);
      expect(liveOf().reason?.key).toBe("ssh.host-key");
      expect(liveOf().reason?.values).toMatchObject({ seen: expect.stringMatching(/^SHA256:/) });
    } finally {
      await node.mendFault("host-key-changed");
    }
    await until("well again", isWell, 120);
  });

  it("a connection that breaks is made again, and the node is not called dead for it", async () => {
    const before = await probeFolder();
    await dropConnections();
    const another = `for i in $(seq 300); do [ "$(ls ${followed.runDir})" != "" ] && [ "$(ls ${followed.runDir})" != "${before}" ] && exit 0; sleep 0.1; done; exit 1`;
    await followed.node.sh(another);
    await until("well", isWell, 60);
    expect(healths()).not.toContain("unreachable");
    expect(healths()).not.toContain("corrupted");
  });

  it("a reboot is seen, and over by itself", async () => {
    const done = followed.node.breakFault("rebooted");
    await until("unreachable", () => liveOf().health === "unreachable", 120);
    await done;
    await mounted();
    await until("well again", isWell, 240);
  });

  it("a power cut is seen, and over by itself", async () => {
    const { node } = followed;
    await node.breakFault("killed");
    await until("unreachable", () => liveOf().health === "unreachable", 30);
    await node.mendFault("killed");
    await mounted();
    await until("well again", isWell, 240);
  });
});

/** The boot of a very slow machine gives up on `/vm`, which the panel then rightly misses. */
async function mounted(): Promise<void> {
  await followed.node.waitBooted();
  await followed.node.sh("mountpoint -q /vm || mount /vm");
}

async function probeFolder(): Promise<string> {
  return (await followed.node.sh(`ls ${followed.runDir}`)).trim();
}

/** Ends every SSH session of the node from inside, as its sshd would. */
async function dropConnections(): Promise<void> {
  await followed.node.sh("pkill -f '^sshd: root' || true");
}

describe("what is kept", () => {
  it("each change of status, with its cause; the last figures @S11", async () => {
    await db().delete(statusChanges);
    await followed.node.breakFault("dir-replaced");
    await until("corrupted", () => liveOf().health === "corrupted", 60);
    await followed.node.mendFault("dir-replaced");
    await until("well", isWell, 60);
    let rows: (typeof statusChanges.$inferSelect)[] = [];
    const words = () => rows.map((row) => `${row.storageId ?? "node"} ${row.from}→${row.to}`);
    for (let tries = 0; tries < 200 && rows.length < 4; tries += 1) {
      rows = await db().select().from(statusChanges).orderBy(statusChanges.at);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(words().sort()).toEqual([
      "node active→corrupted",
      "node corrupted→active",
      "st_files lost→ok",
      "st_files ok→lost",
    ]);
    expect(rows.find((row) => row.to === "corrupted")?.cause?.reason.key).toBe("live.dir.other-file-system");
    expect(rows.find((row) => row.to === "lost")?.cause?.output).toContain("lab-replaced");
  });

  it("a panel that starts anew shows the last figures with their age, and tells no change @S32", async () => {
    await stopHub();
    const [last] = await db().select().from(nodeLast).where(eq(nodeLast.nodeId, NODE));
    expect(last).toMatchObject({ health: "active" });
    expect(last?.figures?.memoryTotal).toBeGreaterThan(0);
    expect(await db().select().from(storageLast)).toHaveLength(3);
    expect((await followed.node.sh("ls -d /run/spindle-* 2>/dev/null || true")).trim()).toBe("");
    await db().delete(statusChanges);
    await follow();
    expect(liveOf()).toMatchObject({ health: "unknown", figures: { memoryTotal: last?.figures?.memoryTotal } });
    expect(liveOf().figuresAgeMs).toBeGreaterThan(0);
    expect(storageOf(STORAGES.one).figures?.size).toBeGreaterThan(0);
    await until("well", isWell, 60);
    expect(await db().select().from(statusChanges)).toEqual([]);
  });

  it("a recheck runs at once, whatever the turn", async () => {
    const { checkedAgeMs } = storageOf(STORAGES.one);
    expect(checkedAgeMs).not.toBeNull();
    recheckNode(NODE, STORAGES.one);
    await until("checked", () => (storageOf(STORAGES.one).checkedAgeMs ?? 9e9) < 200, 20);
  });
});
