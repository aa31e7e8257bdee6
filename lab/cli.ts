import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { faultNames } from "./faults.ts";
import {
  type FaultOptions,
  type ImageKind,
  type Lab,
  checkHost,
  ensureImages,
  installHostPackages,
  listInstances,
  openLab,
  lunWwid,
  portalAddresses,
  sanFaultNames,
  sanPort,
  type TargetSpec,
} from "./index.ts";
import { RunError } from "./run.ts";

const usage = `usage: lab COMMAND [--instance NAME]
  build [ready|plain]                 build the images, both by default
  up [--nodes N] [--image ready|plain] [--fresh]
                                      boot N nodes (default 2); with --fresh also when some run, whose disks are lost
  boot                                boot the nodes again from the disks they have
  down                                end the nodes and their network; disks and scenes stay
  remove                              down, and forget disks and scenes
  save SCENE | reset [SCENE]          save all nodes as they run; put them back (default: fresh, or a new boot)
  list                                the scenes and the instances
  status [--json]                     the nodes, with addresses and the root password
  exec NODE -- COMMAND...             run a command in a node, without the network
  ssh NODE [-- COMMAND...]            log in to a node
  break NAME NODE | mend NAME NODE    [--vg lvm0] [--dir /vm] [--disk disk1] [--portal ADDRESS] [--delay MILLISECONDS]
                                      NAME: ${faultNames.join(", ")}
  san up [--luns 2] [--size MIB] [--chap one-way|mutual]
                                      serve a target san1 with LUNs lun1, lun2, … to the nodes, in place of one that was there
  san status | san grow LUN --size MIB
                                      its portals, targets, WWIDs and accounts; make a LUN larger
  san break NAME | san mend NAME      NAME: ${sanFaultNames.join(", ")}
  install-host                        install the packages the lab needs on this machine
`;

/** A call that the user has to change; printed without a stack. */
class UsageError extends Error {}

const options = {
  instance: { type: "string", default: "default" },
  nodes: { type: "string", default: "2" },
  image: { type: "string", default: "ready" },
  vg: { type: "string" },
  dir: { type: "string" },
  disk: { type: "string" },
  portal: { type: "string" },
  delay: { type: "string" },
  luns: { type: "string", default: "2" },
  size: { type: "string", default: "1024" },
  chap: { type: "string" },
  fresh: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const dashes = process.argv.indexOf("--", 2);
const rest = dashes < 0 ? [] : process.argv.slice(dashes + 1);

// Children have groups of their own and end with us only by our "exit".
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    const known = error instanceof UsageError || error instanceof RunError;
    process.stderr.write(`lab: ${known || !process.env.SPINDLE_DEBUG ? error.message : error.stack}\n`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);

async function main(): Promise<number> {
  const { values, positionals } = parse();
  const [command, first, second] = positionals;
  if (values.help || !command) {
    process.stdout.write(usage);
    return command || values.help ? 0 : 2;
  }
  if (command === "install-host") {
    await installHostPackages(say);
    return 0;
  }
  await requireHost();
  if (command === "build") {
    await ensureImages(first ? [kind(first)] : ["ready", "plain"], say);
    return 0;
  }
  const lab = await openLab(values.instance, { progress: say });
  switch (command) {
    case "up":
      return up(lab, Number(values.nodes), kind(values.image), values.fresh);
    case "boot":
      await lab.boot();
      return status(lab, values.json);
    case "down":
      await lab.down();
      return 0;
    case "remove":
      await lab.remove();
      return 0;
    case "save":
      await lab.save(need(first, "SCENE"));
      return 0;
    case "reset":
      return reset(lab, first);
    case "list":
      return list(lab);
    case "status":
      return status(lab, values.json);
    case "exec":
      return exec(lab, need(first, "NODE"));
    case "ssh":
      return ssh(lab, need(first, "NODE"));
    case "san":
      return san(lab, need(first, "COMMAND"), second, values);
    case "break":
      await lab.node(need(second, "NODE")).breakFault(need(first, "NAME"), faultOptions(values));
      return 0;
    case "mend":
      await lab.node(need(second, "NODE")).mendFault(need(first, "NAME"), faultOptions(values));
      return 0;
    default:
      throw new UsageError(`no command ${command}\n${usage}`);
  }
}

type FaultValues = Pick<FaultOptions, "vg" | "dir" | "disk" | "portal"> & { delay?: string | undefined };

function faultOptions({ vg, dir, disk, portal, delay }: FaultValues): FaultOptions {
  return { vg, dir, disk, portal, ...(delay === undefined ? {} : { delayMs: positive(delay, "--delay") }) };
}

function parse() {
  const args = process.argv.slice(2, dashes < 0 ? undefined : dashes);
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}

async function up(lab: Lab, count: number, image: ImageKind, fresh: boolean): Promise<number> {
  if (!Number.isInteger(count) || count < 1 || count > 9) throw new UsageError("--nodes takes 1 to 9");
  if (!fresh)
    for (const node of lab.nodes)
      if (await node.isRunning())
        throw new UsageError(`${node.name} runs; reset puts it back, up --fresh throws its disks away`);
  await lab.up({ nodes: Array.from({ length: count }, () => ({ image })) });
  return status(lab, false);
}

async function reset(lab: Lab, scene: string | undefined): Promise<number> {
  if (scene || (await lab.hasScene("fresh"))) await lab.restore(scene ?? "fresh");
  else if (lab.nodes.length === 0) throw new UsageError("nothing to reset: no nodes yet, see up");
  else await lab.up({ nodes: lab.nodes.map(({ record }) => ({ ...record, image: record.image.kind })) });
  return 0;
}

async function list(lab: Lab): Promise<number> {
  const lines = [
    `scenes of ${lab.instance.name}: ${(await lab.scenes()).join(", ") || "none"}`,
    `instances: ${(await listInstances()).join(", ")}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}

async function status(lab: Lab, json: boolean): Promise<number> {
  const nodes = await Promise.all(
    lab.nodes.map(async (node) => ({
      name: node.name,
      address: node.address,
      port: node.port,
      user: node.user,
      image: node.image,
      running: await node.isRunning(),
      disks: node.disks,
      serialLog: node.serialLog,
    })),
  );
  const { name, dir, rootPassword } = lab.instance;
  if (json)
    process.stdout.write(
      `${JSON.stringify({ instance: name, dir, hostAddress: lab.hostAddress, rootPassword, nodes }, null, 2)}\n`,
    );
  else {
    const lines = nodes.map(
      (node) => `${node.name}\t${node.address}\t${node.image}\t${node.running ? "running" : "off"}`,
    );
    process.stdout.write(`${[...lines, `root's password: ${rootPassword}`].join("\n")}\n`);
  }
  return 0;
}

type SanValues = { luns: string; size: string; chap?: string | undefined; json: boolean };

async function san(lab: Lab, command: string, name: string | undefined, values: SanValues): Promise<number> {
  switch (command) {
    case "up":
      await lab.startSan([targetSpec(values)]);
      return sanStatus(lab, values.json);
    case "status":
      return sanStatus(lab, values.json);
    case "grow":
      await growLun(lab, need(name, "LUN"), positive(values.size, "--size"));
      return sanStatus(lab, values.json);
    case "break":
      await lab.breakSan(need(name, "NAME"));
      return 0;
    case "mend":
      await lab.mendSan(need(name, "NAME"));
      return 0;
    default:
      throw new UsageError(`no command san ${command}\n${usage}`);
  }
}

function positive(value: string, option: string): number {
  if (!/^[1-9]\d{0,6}$/.test(value)) throw new UsageError(`${option} takes a number`);
  return Number(value);
}

function targetSpec({ luns, size, chap }: SanValues): TargetSpec {
  if (chap !== undefined && chap !== "one-way" && chap !== "mutual")
    throw new UsageError("--chap takes one-way or mutual");
  const sizeMiB = positive(size, "--size");
  const names = Array.from({ length: positive(luns, "--luns") }, (_, index) => `lun${index + 1}`);
  return { name: "san1", luns: names.map((name) => ({ name, sizeMiB })), ...(chap ? { chap } : {}) };
}

async function growLun(lab: Lab, name: string, sizeMiB: number): Promise<void> {
  const target = lab.targets.find(({ luns }) => luns.some((lun) => lun.name === name));
  if (!target) throw new UsageError(`the SAN has no LUN ${name}`);
  await lab.growLun(target, name, sizeMiB);
}

function sanStatus(lab: Lab, json: boolean): number {
  const portals = portalAddresses(lab.instance).map((address) => `${address}:${sanPort}`);
  const targets = lab.targets.map((target) => ({
    ...target,
    luns: target.luns.map((lun) => ({ ...lun, wwid: lunWwid(target, lun.name) })),
  }));
  const account = (word: string, found: { user: string; password: string } | null) =>
    found ? [`  ${word} ${found.user} ${found.password}`] : [];
  const lines = targets.flatMap(({ iqn, luns, chap, reverse }) => [
    iqn,
    ...luns.map(({ name, sizeMiB, wwid }) => `  ${name}\t${sizeMiB} MiB\t${wwid}`),
    ...account("CHAP", chap),
    ...account("CHAP of the target", reverse),
  ]);
  const text = json
    ? JSON.stringify({ portals, targets }, null, 2)
    : [`portals: ${portals.join(" ")}`, ...lines].join("\n");
  process.stdout.write(`${text}\n`);
  return 0;
}

async function exec(lab: Lab, name: string): Promise<number> {
  if (rest.length === 0) throw new UsageError("exec wants a command behind --");
  const result = await lab.node(name).exec(rest, { timeoutMs: 600_000 });
  process.stdout.write(result.stdout);
  process.stderr.write(result.stderr);
  return result.code;
}

function ssh(lab: Lab, name: string): Promise<number> {
  const [program = "ssh", ...args] = lab.node(name).sshArgv();
  const child = spawn(program, [...args, ...(rest.length > 0 ? ["--", ...rest] : [])], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 255));
  });
}

async function requireHost(): Promise<void> {
  const { ok, missing } = await checkHost();
  if (ok) return;
  const lines = missing.map(({ what, why, how }) => `  ${what}: ${why}\n    ${how}`);
  throw new UsageError(`this machine can't run the lab yet:\n${lines.join("\n")}`);
}

function kind(value: string): ImageKind {
  if (value === "ready" || value === "plain") return value;
  throw new UsageError(`no image ${value}; there are ready and plain`);
}

function need(value: string | undefined, what: string): string {
  if (!value) throw new UsageError(`${what} is missing\n${usage}`);
  return value;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
