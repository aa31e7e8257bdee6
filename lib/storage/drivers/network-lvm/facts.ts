import type { ClusterDirs, Reader } from "../../contract.ts";
import { type DirectoryFacts, lookAtDirectories } from "../../directories.ts";
import { chapSecretsOf, type IscsiTarget, type NetworkLvmConfig, portalsOf } from "./config.ts";
import { type Contents, contentsOf, firstExtents } from "./contents.ts";
import {
  type LookProblem,
  type LunLook,
  lunsCommand,
  readCommand,
  readContents,
  readLuns,
  readTargets,
  type SignIn,
  targetsCommand,
} from "./look.ts";
import { nodeStateCommand, type NodeState, readNodeState } from "./node-state.ts";
import { type Portal, portalText } from "./portals.ts";

/** What a look at a target needs: where, then which. Its name can be empty yet. */
export type LookTarget = Pick<IscsiTarget, "target" | "chapUser" | "reverseUser"> & {
  portals: Portal[];
  secrets: string[];
};

export function lookTarget(san: IscsiTarget): LookTarget {
  return { ...san, portals: portalsOf(san), secrets: chapSecretsOf(san) };
}

/** As much of a form as a look needs. */
export type LookConfig = Pick<NetworkLvmConfig, "wwid" | "vgName"> & LookTarget & { more: LookTarget[] };

export function lookConfig(config: NetworkLvmConfig): LookConfig {
  return { ...config, ...lookTarget(config), more: (config.targets ?? []).map(lookTarget) };
}

/** A portal as the node reached it. */
export interface PortalFacts {
  portal: string;
  /** Names it answers with; null where it gave no answer. */
  targets: string[] | null;
  /** Of the target that was asked for; null where there was none to ask for, or no answer. */
  luns: LunLook[] | null;
  problem: LookProblem | null;
}

/** A target as the node reached it, and what the node has of it already. */
export interface TargetFacts {
  node: NodeState;
  portals: PortalFacts[];
}

export interface NetworkLvmFacts extends TargetFacts {
  /** By name: targets that the storage was given since; left out where there are none. */
  more?: Record<string, TargetFacts>;
  /** What lies on the LUN that the form names; null where it was not found. */
  contents: Contents | null;
  /** Why that could not be read. */
  contentsProblem: LookProblem | null;
  image: DirectoryFacts;
  share: DirectoryFacts;
}

const signInOf = ({ chapUser, reverseUser, secrets }: LookTarget): SignIn => ({ chapUser, reverseUser, secrets });

/** Every portal, one after the other: a node is not to be flooded by its own preflight. */
export async function lookAtPortals(read: Reader, config: LookTarget): Promise<PortalFacts[]> {
  const portals: PortalFacts[] = [];
  for (const portal of config.portals) portals.push(await lookAtPortal(read, portal, config, signInOf(config)));
  return portals;
}

async function lookAtPortal(read: Reader, portal: Portal, config: LookTarget, signIn: SignIn): Promise<PortalFacts> {
  const shown = portalText(portal);
  const targets = readTargets((await read(targetsCommand(portal))).stdout);
  // A target may want to be asked for by name, whatever the list says.
  if (config.target === "" || targets.problem?.what === "silent" || targets.problem?.what === "refused")
    return { portal: shown, targets: targets.found, luns: null, problem: targets.problem };
  const luns = readLuns((await read(lunsCommand(portal, config.target, signIn))).stdout);
  return { portal: shown, targets: targets.found, luns: luns.found, problem: luns.problem };
}

/** What is thrown inside of a reading that came to no end. */
class Unread extends Error {
  readonly problem: LookProblem;

  constructor(problem: LookProblem) {
    super(problem.what);
    this.problem = problem;
  }
}

export type FoundContents = Pick<NetworkLvmFacts, "contents" | "contentsProblem">;

/** What lies on a LUN, by the first portal that shows it. */
export async function lookAtContents(
  read: Reader,
  portals: readonly PortalFacts[],
  wwid: string,
  config: LookTarget,
): Promise<FoundContents> {
  const index = portals.findIndex(({ luns }) => luns?.some((lun) => lun.wwid === wwid) === true);
  const lun = portals[index]?.luns?.find((one) => one.wwid === wwid);
  const portal = config.portals[index];
  if (!lun || !portal) return { contents: null, contentsProblem: null };
  const signIn = signInOf(config);
  const more = async (extents: Parameters<typeof readCommand>[4]) => {
    const { stdout } = await read(readCommand(portal, config.target, signIn, lun.lun, extents));
    const answer = readContents(stdout);
    if (answer.problem) throw new Unread(answer.problem);
    return answer.found;
  };
  try {
    return {
      contents: await contentsOf(lun.size, await more(firstExtents(lun.size)), more),
      contentsProblem: null,
    };
  } catch (error) {
    if (error instanceof Unread) return { contents: null, contentsProblem: error.problem };
    // It calls itself a PV, and its metadata is not what LVM writes: a person has to look.
    if (error instanceof Error && error.message.startsWith("LVM's metadata"))
      return { contents: null, contentsProblem: { what: "strange", detail: error.message } };
    throw error;
  }
}

/** Looks at a target that the storage was given since, which says nothing of its LUNs' contents: they are the group's. */
async function lookAtMore(read: Reader, targets: readonly LookTarget[]): Promise<Pick<NetworkLvmFacts, "more">> {
  const more: Record<string, TargetFacts> = {};
  for (const san of targets) {
    const node = await readTargetState(read, san.target);
    more[san.target] = { node, portals: await lookAtPortals(read, san) };
  }
  return targets.length > 0 ? { more } : {};
}

/** What a node has of a target already, whatever lies on it. Reads only. */
export async function readTargetState(read: Reader, target: string): Promise<NodeState> {
  return readNodeState((await read(nodeStateCommand({ target, vgName: "" }))).stdout);
}

/**
 * Looks at targets and LUN as this node reaches them, without a session, a record or a device of its own, and at what the
 * node has of them already. Reads only.
 */
export async function readNetworkLvmFacts(
  read: Reader,
  config: LookConfig,
  dirs: ClusterDirs,
): Promise<NetworkLvmFacts> {
  const { target, wwid, vgName } = config;
  const node = readNodeState((await read(nodeStateCommand({ target, vgName }))).stdout);
  const portals = await lookAtPortals(read, config);
  const found = await lookAtContents(read, portals, wwid, config);
  const [image, share] = await lookAtDirectories(read, [dirs.imageDir, dirs.shareDir]);
  return {
    node,
    portals,
    ...(await lookAtMore(read, config.more)),
    ...found,
    image: image as DirectoryFacts,
    share: share as DirectoryFacts,
  };
}
