import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  faults,
  type Lab,
  type LabNode,
  lunWwid,
  makeMountedFs,
  makeVolumeGroup,
  openLab,
  portalAddresses,
  sanFaultNames,
  sanPort,
} from "./index.ts";
import { bridgeName } from "./instance.ts";
import { findMarked } from "./processes.ts";
import { run } from "./run.ts";

// Brings up two ready nodes and a plain one and looks at all that the tests rely on. Ends with 1 at the first thing that is wrong.
// Run: node lab/lab.smoke.ts [INSTANCE]

/** What shows that a fault is in force, as a command that fails on a healthy node, and one that tells it is mended. */
const signs: Record<string, { broken: string; mended: string }> = {
  "vg-renamed": { broken: "! vgs lvm0", mended: "vgs lvm0" },
  "disk-pulled": {
    broken: "[ $(lsblk -dn -o TYPE | grep -c disk) = 3 ]",
    mended: "vgs lvm0 && lvchange --refresh lvm0",
  },
  "pv-missing": {
    broken: "vgs --noheadings -o attr lvm0 | grep -q p",
    mended: "vgs --noheadings -o attr lvm0 | grep -qv p",
  },
  "disk-offline": {
    broken: "! dd if=/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_n1-disk1 of=/dev/null bs=4096 count=1 iflag=direct",
    mended: "vgs lvm0",
  },
  "io-error": {
    broken: "vgs lvm0 && ! dd if=/dev/lvm0/one of=/dev/null bs=4096 count=1 iflag=direct",
    mended: "dd if=/dev/lvm0/one of=/dev/null bs=4096 count=1 iflag=direct",
  },
  "dir-read-only": { broken: "! touch /vm/x", mended: "touch /vm/x" },
  "dir-replaced": { broken: "[ $(stat -f -c %T /vm) = tmpfs ]", mended: "[ $(stat -f -c %T /vm) != tmpfs ]" },
  "dir-full": {
    broken: "! dd if=/dev/zero of=/vm/y bs=1M count=1 conv=fsync",
    mended: "dd if=/dev/zero of=/vm/y bs=1M count=1 conv=fsync",
  },
};

const started = performance.now();
const lab = await openLab(process.argv[2] ?? "smoke", { progress: (line) => console.log(`  ${line}`) });

try {
  await step("up: two ready nodes and a plain one", () =>
    lab.up({ nodes: [{}, {}, { image: "plain", disks: [{ name: "disk1", sizeMiB: 1024 }] }] }),
  );
  const [first, second, plain] = lab.nodes as [LabNode, LabNode, LabNode];
  await step("boots end without a failed unit", () => Promise.all(lab.nodes.map(healthy)));
  await step("identities differ", () => identities(lab));
  await step("sshd is Debian's, root may log in by password", () => Promise.all(lab.nodes.map(sshd)));
  await step("nodes reach each other and nothing else", () => reach(first, second));
  await step("KVM, AppArmor and the storages' modules are there", () => modules(first));
  await step("a plain node installs from the lab's repository", () => installs(plain));
  await step("save", () => lab.save("smoke"));
  await step("what is written after the save is gone after a restore", () => restores(lab, first));
  await step("clocks are right after a restore", () => clocks(lab));
  await step("layouts: a volume group and a file system", async () => {
    await makeVolumeGroup(first, "lvm0", ["disk1", "disk2"], { metadataSize: "16m" });
    await first.sh(["lvcreate", "-q", "-y", "-L", "64M", "-n", "one", "lvm0"]);
    await makeMountedFs(first, "disk3", "/vm");
  });
  for (const name of Object.keys(faults)) await step(`fault ${name}`, () => faultAndBack(first, second, name));
  await step("a SAN: nodes log in over both portals, with CHAP", () => san(lab, first, second));
  await step("the SAN's LUNs go back with a scene", () => sanRestores(lab, first));
  await step("two processes see one lab", async () => {
    assert.equal((await openLab(lab.instance.name)).node("n2").address, second.address);
  });
  await step("many commands at once", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => first.sh(["echo", String(at)])));
    assert.deepEqual(
      answers.map(Number),
      Array.from({ length: 20 }, (_, at) => at),
    );
  });
  await step("a command that takes too long is ended with its children", () => endsCommands(first));
  await step("down", () => lab.down());
  await step("down leaves no process, link or socket", () => nothingLeft(lab));
  await step("boot: the disks are still there", async () => {
    await lab.boot();
    await lab.node("n1").sh(["vgs", "lvm0"]);
  });
  console.log(`all of it: ${seconds(started)}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await lab.remove();
}

async function step(what: string, work: () => Promise<unknown>): Promise<void> {
  const from = performance.now();
  try {
    await work();
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
  console.log(`ok  ${what}  ${seconds(from)}`);
}

function seconds(from: number): string {
  return `${((performance.now() - from) / 1000).toFixed(1)} s`;
}

async function healthy(node: LabNode): Promise<void> {
  const word = await node.waitBooted();
  const failed = await node.sh(["systemctl", "list-units", "--failed", "--plain", "--no-legend"]);
  assert.equal(word, "running", `${node.name}: ${failed}`);
  const cycles = await node.exec("journalctl -b -t systemd --no-pager | grep -i 'ordering cycle'");
  assert.equal(cycles.stdout, "", node.name);
}

async function identities({ nodes }: Lab): Promise<void> {
  const files = [
    "/etc/machine-id",
    "/sys/class/dmi/id/product_uuid",
    "/etc/ssh/ssh_host_rsa_key.pub",
    "/etc/ssh/ssh_host_ed25519_key.pub",
    "/etc/hostname",
  ];
  for (const file of files) unique(file, await Promise.all(nodes.map((node) => node.sh(["cat", file]))));
  const ready = nodes.filter((node) => node.image === "ready");
  for (const file of ["/etc/iscsi/initiatorname.iscsi", "/etc/hostid"])
    unique(file, await Promise.all(ready.map((node) => node.sh(["base64", file]))));
  unique("fingerprint", await Promise.all(nodes.map((node) => node.hostKeyFingerprint())));
}

function unique(what: string, values: string[]): void {
  assert.equal(new Set(values).size, values.length, `${what}: ${values.join(" ")}`);
  for (const value of values) assert.notEqual(value.trim(), "", what);
}

async function sshd(node: LabNode): Promise<void> {
  const settings = (await node.sh(["sshd", "-T"])).toLowerCase().split("\n");
  for (const line of [
    "maxsessions 10",
    "maxstartups 10:30:100",
    "usepam yes",
    "permitrootlogin yes",
    "passwordauthentication yes",
  ])
    assert.ok(settings.includes(line), `${node.name}: not ${line}`);
  assert.ok(settings.some((line) => line.startsWith("authorizedkeysfile .ssh/authorized_keys ")));
  assert.equal((await node.exec(["test", "-e", "/root/.ssh/authorized_keys"])).code, 1);
  await passwordLogin(node);
}

/** Logs in over the network with the password alone, as a join does. */
async function passwordLogin(node: LabNode): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "lab-smoke-"));
  const ask = join(work, "ask");
  await writeFile(ask, '#!/bin/sh\nprintf "%s\\n" "$LAB_PASSWORD"\n', { mode: 0o700 });
  const options = [
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "PubkeyAuthentication=no",
    "LogLevel=ERROR",
  ];
  const argv = ["ssh", ...options.flatMap((option) => ["-o", option]), `root@${node.address}`, "hostname"];
  const env = { SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: "force", LAB_PASSWORD: node.rootPassword };
  try {
    assert.equal((await run(argv, { env, timeoutMs: 60_000 })).trim(), node.name);
  } finally {
    await rm(work, { recursive: true });
  }
}

async function reach(from: LabNode, to: LabNode): Promise<void> {
  await from.sh(["ping", "-c", "1", "-W", "3", to.address]);
  assert.notEqual((await from.exec(["ping", "-c", "1", "-W", "1", "192.0.2.1"])).code, 0);
}

async function modules(node: LabNode): Promise<void> {
  await node.sh("test -c /dev/kvm && grep -q Y /sys/module/apparmor/parameters/enabled");
  await node.sh(
    "modprobe -a zfs rbd nfs iscsi_tcp dm_thin_pool dm_flakey dm_multipath sch_netem sch_prio cls_u32 && virsh list && zpool list",
    { timeoutMs: 120_000 },
  );
}

async function installs(node: LabNode): Promise<void> {
  assert.equal((await node.exec(["which", "lvcreate"])).code, 1, "a plain node has LVM already");
  await node.sh(["apt-get", "-q", "update"], { timeoutMs: 120_000 });
  const wanted =
    "libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils lvm2 acl zstd smartmontools curl nfs-common open-iscsi multipath-tools ceph-common lxd qemu-block-extra zfsutils-linux zfs-dkms";
  await node.sh(["apt-get", "-q", "-s", "install", "--no-install-recommends", "-y", ...wanted.split(" ")], {
    timeoutMs: 120_000,
  });
  await node.sh("DEBIAN_FRONTEND=noninteractive apt-get -q install --no-install-recommends -y lvm2 && lvs", {
    timeoutMs: 300_000,
  });
}

async function restores(all: Lab, node: LabNode): Promise<void> {
  const before = await node.sh(["cat", "/etc/machine-id"]);
  await node.sh(["touch", "/root/after-the-save"]);
  assert.ok(await all.hasScene("smoke"));
  const from = performance.now();
  await all.restore("smoke");
  console.log(`  restored in ${seconds(from)}`);
  assert.equal((await node.exec(["test", "-e", "/root/after-the-save"])).code, 1);
  assert.equal(await node.sh(["cat", "/etc/machine-id"]), before);
}

async function clocks({ nodes }: Lab): Promise<void> {
  for (const node of nodes) {
    const skew = Math.abs(Number(await node.sh(["date", "+%s"])) - Date.now() / 1000);
    assert.ok(skew < 5, `${node.name} is off by ${skew} s`);
  }
}

async function faultAndBack(node: LabNode, peer: LabNode, name: string): Promise<void> {
  const key = await node.hostKeyFingerprint();
  await node.breakFault(name);
  const sign = signs[name];
  if (sign) assert.equal((await node.exec(sign.broken)).code, 0, "no sign of it");
  else if (name === "host-key-changed") assert.notEqual(await node.hostKeyFingerprint(), key);
  else if (name === "killed") assert.equal(await node.isRunning(), false);
  else if (name !== "rebooted")
    assert.notEqual((await peer.exec(["ping", "-c", "1", "-W", "2", node.address])).code, 0);
  await node.mendFault(name);
  if (name === "killed") await node.sh(["vgs", "lvm0"]);
  if (sign) await node.sh(sign.mended);
  assert.equal(await node.hostKeyFingerprint(), key);
  await peer.sh(["ping", "-c", "1", "-W", "5", node.address]);
  await node.mendFault(name);
}

async function san(all: Lab, node: LabNode, peer: LabNode): Promise<void> {
  await all.startSan([{ name: "san1", luns: [{ name: "lun1", sizeMiB: 256 }], chap: "mutual" }]);
  const target = all.targets[0];
  assert.ok(target?.chap && target.reverse);
  const portals = portalAddresses(all.instance).map((address) => `${address}:${sanPort}`);
  const settings = Object.entries({
    authmethod: "CHAP",
    username: target.chap.user,
    password: target.chap.password,
    username_in: target.reverse.user,
    password_in: target.reverse.password,
  }).flatMap(([name, value]) => ["-n", `node.session.auth.${name}`, "-v", value]);
  for (const one of [node, peer]) {
    for (const portal of portals) {
      const record = ["iscsiadm", "-m", "node", "-T", target.iqn, "-p", portal];
      await one.sh([...record, "-o", "new"]);
      for (let at = 0; at < settings.length; at += 4)
        await one.sh([...record, "-o", "update", ...settings.slice(at, at + 4)]);
      await one.sh([...record, "--login"]);
    }
    const wwid = lunWwid(target, "lun1").slice(1);
    await one.sh(`udevadm settle && [ $(grep -c "naa.${wwid}" /sys/class/block/sd*/device/wwid | grep -c ":1") = 2 ]`);
  }
  await all.growLun(target, "lun1", 384);
  await node.sh("iscsiadm -m session -R && sleep 1 && grep -q 786432 /sys/class/block/sd*/size");
  await slowPath(all, node);
  for (const name of sanFaultNames) {
    await all.breakSan(name);
    await all.mendSan(name);
  }
}

/** One portal is late, the other is not; mended, neither. */
async function slowPath(all: Lab, node: LabNode): Promise<void> {
  const [quick, late] = portalAddresses(all.instance);
  const took = async (address: string) => {
    const said = await node.sh(["ping", "-c", "1", "-W", "5", address]);
    return Number(/time=([\d.]+)/.exec(said)?.[1]);
  };
  for (const _ of [1, 2]) await node.breakFault("path-slow");
  assert.ok((await took(late)) >= 500);
  assert.ok((await took(quick)) < 400);
  await node.mendFault("path-slow");
  assert.ok((await took(late)) < 400);
}

async function sanRestores(all: Lab, node: LabNode): Promise<void> {
  const device = "/dev/disk/by-path/*lun-1";
  const write = (word: string) =>
    node.sh(`printf ${word} | dd of=$(ls ${device} | head -n 1) bs=512 conv=sync oflag=direct`);
  await write("before");
  await all.save("with-san");
  await write("after");
  await all.restore("with-san");
  assert.match(await node.sh(`dd if=$(ls ${device} | head -n 1) bs=512 count=1 iflag=direct status=none`), /^before/);
}

async function endsCommands(node: LabNode): Promise<void> {
  await assert.rejects(node.exec("sleep 4242 & sleep 4242", { timeoutMs: 1_500 }), { name: "ExecTimeout" });
  assert.equal((await node.exec(["pgrep", "-fx", "sleep 4242"])).stdout, "");
}

async function nothingLeft({ instance }: Lab): Promise<void> {
  const links = (await readdir("/sys/class/net")).filter(
    (link) => link === bridgeName(instance) || link.startsWith(`${bridgeName(instance)}t`),
  );
  assert.deepEqual(links, []);
  const processes = await findMarked((argv) =>
    argv.some((argument) => argument.startsWith(`${instance.dir}/`) || argument === instance.dir),
  );
  assert.deepEqual(processes, []);
  assert.equal(existsSync(`/run/spindle-lab/${instance.subnet}`), false);
}
