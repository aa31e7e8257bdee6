import type { ClusterDirs, Reader } from "../../contract.ts";
import { type DirectoryFacts, lookAtDirectories } from "../../directories.ts";
import type { NetworkLvmConfig } from "./config.ts";
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

/** As much of a form as a look needs: where, then which target. */
export type LookConfig = Pick<NetworkLvmConfig, "target" | "wwid" | "vgName" | "chapUser" | "reverseUser"> & {
  portals: Portal[];
  secrets: string[];
};

/** A portal as the node reached it. */
export interface PortalFacts {
  portal: string;
  /** Names it answers with; null where it gave no answer. */
  targets: string[] | null;
  /** Of the target that was asked for; null where there was none to ask for, or no answer. */
  luns: LunLook[] | null;
  problem: LookProblem | null;
}

export interface NetworkLvmFacts {
  node: NodeState;
  portals: PortalFacts[];
  /** What lies on the LUN that the form names; null where it was not found. */
  contents: Contents | null;
  /** Why that could not be read. */
  contentsProblem: LookProblem | null;
  image: DirectoryFacts;
  share: DirectoryFacts;
}

async function lookAtPortal(read: Reader, portal: Portal, config: LookConfig, signIn: SignIn): Promise<PortalFacts> {
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

type FoundContents = Pick<NetworkLvmFacts, "contents" | "contentsProblem">;

async function lookAtContents(
  read: Reader,
  portal: Portal,
  lun: LunLook,
  config: LookConfig,
  signIn: SignIn,
): Promise<FoundContents> {
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

/**
 * Looks at target and LUN as this node reaches them, without a session, a record or a device of its own, and at what the
 * node has of them already. Reads only.
 */
export async function readNetworkLvmFacts(
  read: Reader,
  config: LookConfig,
  dirs: ClusterDirs,
): Promise<NetworkLvmFacts> {
  const { target, wwid, vgName } = config;
  const node = readNodeState((await read(nodeStateCommand({ target, wwid, vgName }))).stdout);
  const portals: PortalFacts[] = [];
  // One after the other: a node is not to be flooded by its own preflight.
  const { chapUser, reverseUser, secrets } = config;
  const signIn = { chapUser, reverseUser, secrets };
  for (const portal of config.portals) portals.push(await lookAtPortal(read, portal, config, signIn));
  const index = portals.findIndex(({ luns }) => luns?.some((lun) => lun.wwid === wwid) === true);
  const lun = portals[index]?.luns?.find((one) => one.wwid === wwid);
  const portal = config.portals[index];
  const found: FoundContents =
    lun && portal ? await lookAtContents(read, portal, lun, config, signIn) : { contents: null, contentsProblem: null };
  const [image, share] = await lookAtDirectories(read, [dirs.imageDir, dirs.shareDir]);
  return { node, portals, ...found, image: image as DirectoryFacts, share: share as DirectoryFacts };
}
