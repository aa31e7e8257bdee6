import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cpuSecondsOf, processesBy } from "../e2e/support/processes.ts";
import type { Sshd } from "./sshd.ts";

/** The masters that ansible's ssh leaves behind, one a node. */
const masters = (sockets: string) => processesBy((argv) => argv[0]?.startsWith(`ssh: ${sockets}/`) ?? false);

/**
 * CPU seconds that the client side of one warm sweep takes: `ansible -m raw` over the addresses, 50 at a time, over
 * connections that an earlier sweep has left open. The work of those masters counts as well.
 */
export async function warmSweep(folder: string, addresses: readonly string[], sshd: Sshd): Promise<number> {
  const sockets = join(folder, "cp");
  await mkdir(sockets, { recursive: true });
  const common = `-o ControlMaster=auto -o ControlPersist=600 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes`;
  const variables = [
    `ansible_port=${sshd.port}`,
    `ansible_user=${sshd.user}`,
    `ansible_ssh_private_key_file=${sshd.keyFile}`,
  ];
  const inventory = join(folder, "inventory");
  const hosts = addresses.map((address, index) => `h${index} ansible_host=${address}`);
  await writeFile(inventory, ["[all:vars]", ...variables, "[all]", ...hosts, ""].join("\n"));
  const settings = [
    "[defaults]",
    "host_key_checking = False",
    "[ssh_connection]",
    `ssh_args = ${common}`,
    `control_path_dir = ${sockets}`,
    "",
  ];
  const configFile = join(folder, "ansible.cfg");
  await writeFile(configFile, settings.join("\n"));
  const argv = ["all", "-i", inventory, "-f", "50", "-o", "-m", "raw", "-a", "cat /proc/loadavg"];
  const env = { ...process.env, ANSIBLE_CONFIG: configFile, HOME: folder, LC_ALL: "C.UTF-8" };
  // `times` prints what ended children took, user and system, on its second line. Not waited for in one piece: an sshd
  // whose complaints nobody reads stands still.
  const sweep = async () => {
    const { stdout } = await promisify(execFile)("sh", ["-c", 'ansible "$@" >/dev/null || exit; times', "x", ...argv], {
      env,
    });
    return stdout;
  };
  try {
    await sweep();
    const pids = await masters(sockets);
    const before = await cpuSecondsOf(pids);
    const [, children = ""] = (await sweep()).trim().split("\n");
    const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => Number(m) * 60 + Number(s));
    return seconds.reduce((sum, one) => sum + one, 0) + (await cpuSecondsOf(pids)) - before;
  } finally {
    for (const pid of await masters(sockets)) process.kill(pid, "SIGTERM");
  }
}
