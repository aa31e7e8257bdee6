import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "../../lib/db/client.ts";
import { nodeStorages, nodes, storages } from "../../lib/db/schema/index.ts";
import { publish } from "../../lib/live/bus.ts";
import {
  CLUSTER,
  type Followed,
  followedNode,
  isWell,
  liveOf,
  NODE,
  nodeRow,
  STORAGES,
  storageOf,
  until,
  vgIdentity,
} from "./followed.ts";

const ODD = "nd_odd";
const HANGS = "st_hangs";
let followed: Followed;

/** Has the hub read its members anew, as an announced change does. */
const announce = () => publish({ type: "changed", entity: "node", id: ODD });

/** `sh` of the second sshd is this instead: the panel's probe never runs, the node says what it likes. */
async function oddShell(script: string): Promise<void> {
  const shell = `#!/bin/dash\ncase $SSH_CONNECTION in *' 2222') ${script} ;; esac\nexec /bin/dash "$@"\n`;
  await followed.node.sh(["sh", "-c", 'printf %s "$1" >/usr/local/sbin/sh; chmod 755 /usr/local/sbin/sh', "x", shell]);
  await followed.node.sh("pkill -f '^sshd: root@notty' -P $(cat /run/odd.pid) || true");
}

beforeAll(async () => {
  followed = await followedNode();
  await followed.node.sh("/usr/sbin/sshd -p 2222 -o PidFile=/run/odd.pid");
  await until("well", isWell, 240);
});
afterAll(async () => {
  await followed?.end();
});
beforeEach(() => until("well", isWell, 240).then(() => undefined));

describe("a node that is hostile or broken hurts only itself", () => {
  const kept: number[] = [];

  beforeAll(async () => {
    await until("well", isWell, 240);
    const [first] = await db().select().from(nodes).where(eq(nodes.id, NODE));
    await oddShell("exec sleep 1000");
    await db()
      .insert(nodes)
      .values({ ...(await nodeRow(followed.node, ODD, 2222)), keySecret: first!.keySecret });
    announce();
    const timer = setInterval(() => kept.push(liveOf(NODE).figuresAgeMs ?? 9e9), 100);
    return async () => {
      clearInterval(timer);
      await db().delete(nodes).where(eq(nodes.id, ODD));
      announce();
      await followed.node.sh("rm -f /usr/local/sbin/sh; kill $(cat /run/odd.pid); pkill -f '^sshd: root' || true");
      await until(
        "only one",
        () => {
          try {
            liveOf(ODD);
            return false;
          } catch {
            return true;
          }
        },
        20,
      );
    };
  });
  beforeEach(() => {
    kept.length = 0;
  });

  const hello = "echo h 1 1 $$ boot 0-1;";
  const table: [what: string, script: string, reason: string | null][] = [
    ["floods with lines", "exec yes f 1 1 1 1 1 1 1 1 1 1", "live.node.flood"],
    ["never ends a line", "exec cat /dev/zero", "live.node.line"],
    ["ends at once", "exit 3", "live.node.probe-failed"],
    ["says nothing it should", `while :; do printf '\\033[31mred\\n<b>x</b>\\n\\n'; sleep 0.2; done`, null],
  ];
  it.each(table)("that %s", async (_what, script, reason) => {
    await oddShell(script);
    if (reason) await until(`refused: ${reason}`, () => (liveOf(ODD).reason?.key ?? "").startsWith(reason), 60);
    // It gives no reason to wait for: fifty readings of the node beside it are long enough to be hurt in.
    else await until("fifty readings", () => kept.length >= 50, 60);
    expect(liveOf(ODD).health).toBe("unknown");
    expect(liveOf(ODD).figures).toBeNull();
    expect(liveOf(NODE).health).toBe("active");
    expect(Math.max(...kept)).toBeLessThan(4_000);
  });

  it("that sends figures out of range, and speaks for others", async () => {
    const lines = [
      "f 1e30 -1 nan 99999999999999999999999999 9999999999999999999999 x 1 2 3 4 5 6 7 8",
      `w ${STORAGES.one}`,
      `b ${STORAGES.files} x`,
      "dir vm missing",
      `e ${STORAGES.files} x 1 1 2`,
      `l ${STORAGES.one} x`,
    ];
    await oddShell(
      `${hello} while read -r word; do printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")}; done; exit 0`,
    );
    await until("figures", () => liveOf(ODD).figures !== null, 60);
    expect(liveOf(ODD).figures).toMatchObject({
      memoryTotal: null,
      memoryUsed: null,
      load1: null,
      uptimeSeconds: null,
    });
    expect(liveOf(NODE).health).toBe("active");
    expect(storageOf(STORAGES.files).status).toBe("ok");
    expect(storageOf(STORAGES.one).status).toBe("ok");
    expect(Math.max(...kept)).toBeLessThan(4_000);
  });
});

describe("a storage that hangs", () => {
  it("is unknown, delays no other, and piles nothing up on the node", async () => {
    const { node } = followed;
    const disk = node.disks.find((each) => each.name === "disk5")!.path;
    await node.sh(`set -e; S=$(blockdev --getsz ${disk}); dmsetup create hang --table "0 $((S - 8192)) linear ${disk} 8192"
      vgcreate -q lvm2 /dev/mapper/hang; udevadm settle`);
    await db()
      .insert(storages)
      .values({ id: HANGS, clusterId: CLUSTER, name: "hangs", kind: "lvm", config: { vgName: "lvm2" } });
    await db()
      .insert(nodeStorages)
      .values({ nodeId: NODE, storageId: HANGS, identity: await vgIdentity(node, "lvm2") });
    announce();
    await until("well with four", () => liveOf().storages.length === 4 && isWell(), 60);
    await node.sh("dmsetup suspend --nolockfs hang");
    try {
      await node.sh("date >/etc/lvm/backup/.touch; rm /etc/lvm/backup/.touch");
      await until("unknown", () => storageOf(HANGS).status === "unknown", 120);
      expect(storageOf(HANGS).cause?.reason.key).toBe("live.lvm.late");
      expect(liveOf().health).toBe("active");
      const checks = await node.sh("pgrep -fc '[c]heck.sh st_hangs' || true");
      expect(Number(checks)).toBeLessThanOrEqual(1);
      await node.breakFault("dir-replaced");
      const toLost = await until("files lost", () => storageOf(STORAGES.files).status === "lost", 30);
      await node.mendFault("dir-replaced");
      const toOk = await until("files ok", () => storageOf(STORAGES.files).status === "ok", 30);
      console.log(`beside a hung storage: lost after ${toLost} ms, back after ${toOk} ms`);
      for (const id of [STORAGES.one, STORAGES.two]) expect(storageOf(id).status).toBe("ok");
    } finally {
      await node.sh("dmsetup resume hang");
    }
    await until("well again", isWell, 120);
    await db().delete(storages).where(eq(storages.id, HANGS));
    announce();
    await until("three again", () => liveOf().storages.length === 3 && isWell(), 60);
    // udev looks at a device whose signature went: it is busy for that moment.
    await node.sh("vgremove -qf lvm2; udevadm settle; dmsetup remove --retry hang");
  });
});
