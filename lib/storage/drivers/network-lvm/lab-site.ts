import { expect } from "vitest";
import { type Lab, type LabNode, lunWwid, portalAddresses, sanPort, type TargetRecord } from "#lab/index.ts";
import type { StorageCheck } from "../../../domain/live.ts";
import type { Command, NodeStep } from "../../../domain/plan.ts";
import { perform, type Performed, wentWell } from "../../conformance/perform.ts";
import type {
  DriveContext,
  Identity,
  JoinContext,
  LeaveContext,
  PartsContext,
  SharedPart,
  Source,
} from "../../contract.ts";
import { type NetworkLvmConfig, networkLvmConfig } from "./config.ts";
import type { NetworkLvmFacts } from "./facts.ts";
import { networkLvmDriver as driver } from "./index.ts";

/** Ids that stand for a target's secrets, those of its nodes and its own. */
const secretsOf = ({ tid }: TargetRecord) => ({
  in: `se_in${tid}`.padEnd(19, "0"),
  out: `se_out${tid}`.padEnd(19, "0"),
});
const PATIENCE_MS = 120_000;

export const dirs = { imageDir: "/image", shareDir: "/share" };
export const owner = {
  ...{ panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 },
};
export const FIRST: SharedPart = { isFirst: true, pinned: null, others: [] };
export const OTHER: SharedPart = { isFirst: false, pinned: null, others: [] };

/** A target of the lab's SAN, as it is typed. */
export function typedTarget(lab: Lab, target: TargetRecord): Source {
  const portals = portalAddresses(lab.instance).map((address) => `${address}:${sanPort}`);
  const secrets = secretsOf(target);
  return {
    ...{ portals: portals.join(" "), target: target.iqn },
    ...{ chapUser: target.chap?.user ?? "", chapSecret: target.chap ? secrets.in : "" },
    ...{ reverseUser: target.reverse?.user ?? "", reverseSecret: target.reverse ? secrets.out : "" },
  };
}

/** A storage on the first LUN of a target of the lab's SAN. */
export function configOf(lab: Lab, target: TargetRecord): NetworkLvmConfig {
  const own = { wwid: lunWwid(target, "lun1"), vgName: "net0", waitSeconds: 60 };
  return networkLvmConfig.parse({ ...typedTarget(lab, target), ...own });
}

/** Standard input as the engine gives it: each secret a line. */
function inputOf({ stdin }: Command, targets: readonly TargetRecord[]): string | undefined {
  if (stdin === undefined || typeof stdin === "string") return stdin;
  const pairs = targets.flatMap((target) => {
    const ids = secretsOf(target);
    return [[ids.in, target.chap?.password] as const, [ids.out, target.reverse?.password] as const];
  });
  const known: Record<string, string | undefined> = Object.fromEntries(pairs);
  return [stdin]
    .flat()
    .map(({ secret }) => `${known[secret]}\n`)
    .join("");
}

/** One node of the cluster, as the driver meets it. */
export class Site {
  readonly node: LabNode;
  config: NetworkLvmConfig;
  readonly #targets: readonly TargetRecord[];
  identity: Identity = {};

  constructor(node: LabNode, lab: Lab, target: TargetRecord) {
    this.node = node;
    this.#targets = lab.targets;
    this.config = configOf(lab, target);
  }

  get key(): string {
    return `nd_${this.node.name}`;
  }

  readonly run = async (command: Command) => {
    const input = inputOf(command, this.#targets);
    const options = {
      timeoutMs: (command.timeoutMs ?? 60_000) + PATIENCE_MS,
      ...(input === undefined ? {} : { input }),
    };
    return this.node.exec(["env", "LC_ALL=C", ...command.argv], options);
  };

  readonly read = async (command: Command) => {
    const { code, stdout, stderr } = await this.run(command);
    return { code, stdout, stderr, durationMs: 0 };
  };

  facts(): Promise<NetworkLvmFacts> {
    return driver.facts(this.read, this.config, dirs);
  }

  join(facts: NetworkLvmFacts, shared: SharedPart, choices: Record<string, string> = {}) {
    const context: JoinContext<NetworkLvmConfig> = {
      config: this.config,
      dirs,
      owner,
      choices,
      target: this.key,
      shared,
    };
    return driver.join(context, facts);
  }

  /** Joins as a plan does; the identity is what the last step said. */
  async joined(shared: SharedPart, choices: Record<string, string> = {}): Promise<Performed[]> {
    const { rows, steps, identity, late } = this.join(await this.facts(), shared, choices);
    expect(rows.filter(({ state }) => state === "fail")).toEqual([]);
    const performed = await perform(this.run, steps);
    expect(performed.filter((one) => !wentWell([one]))).toEqual([]);
    const said = performed.find(({ id }) => id === late?.step)?.output ?? "";
    this.identity = { ...identity, vgUuid: /vgUuid=(\S+)/.exec(said)?.[1] ?? "" };
    return performed;
  }

  async check(): Promise<StorageCheck> {
    const { script, args } = driver.probe(this.config, dirs, this.identity, owner);
    const whole = `own=$(mktemp -d)/c stamp=$own\n${script}\ncheck_network_lvm "$@"`;
    const { code, stdout } = await this.run({ argv: ["sh", "-c", whole, "check", ...args] });
    const raw = { code, lines: stdout.split("\n"), durationMs: 0 };
    return driver.readCheck(this.config, dirs, this.identity, raw, owner);
  }

  drive(other: Site): DriveContext<NetworkLvmConfig> {
    return {
      config: this.config,
      identity: this.identity,
      owner,
      details: null,
      target: this.key,
      others: [other.key],
    };
  }

  parts(other: Site): PartsContext<NetworkLvmConfig> {
    return { ...this.drive(other), dirs };
  }

  leaving(endsShared: boolean): LeaveContext<NetworkLvmConfig> {
    return { config: this.config, dirs, owner, identity: this.identity, details: null, target: this.key, endsShared };
  }
}

/** Steps on several nodes, as the engine runs them. */
export function performOn(sites: readonly Site[], steps: readonly NodeStep[]): Promise<Performed[]> {
  return perform((command, target) => (sites.find(({ key }) => key === target) as Site).run(command), steps);
}
