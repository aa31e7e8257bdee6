import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Accelerator, chooseAccelerator } from "./accelerator.ts";
import { type ImageKind, ensureImages } from "./image/build.ts";
import type { Progress } from "./image/cache.ts";
import { qemuVersion } from "./image/debian.ts";
import { readJson, writeJson } from "./files.ts";
import { type Instance, hostAddress, nodeDir, openInstance, removeInstance } from "./instance.ts";
import { withLock } from "./lock.ts";
import { attachTap, ensureBridge, ensureTap, removeNetwork } from "./net.ts";
import { LabNode } from "./node.ts";
import { checkName, runDir } from "./paths.ts";
import { endProcess } from "./processes.ts";
import { cutPower, findQemu, monitorSocket, type NodeRecord } from "./qemu.ts";
import { continueRestored } from "./qmp.ts";
import { serveRepository, stopRepository } from "./repository.ts";
import { run } from "./run.ts";
import {
  type SanRecord,
  type TargetRecord,
  type TargetSpec,
  formatLun,
  growLun,
  removeLuns,
  restoreSan,
  sanRecord,
  startSan,
  stopSan,
} from "./san.ts";
import { sanFault } from "./san-faults.ts";
import { type SceneRecord, layOutScene, listScenes, pruneScenes, saveScene, sceneDir } from "./scene.ts";

/** A data disk asked for; `serial` is NODE-NAME by default. */
export type DiskSpec = { name: string; sizeMiB: number; serial?: string };

/** A node asked for: names default to n1, n2, …, memory to 1,024 MiB, disks to `defaultDisks`. */
export type NodeSpec = { name?: string; image?: ImageKind; disks?: DiskSpec[]; memoryMiB?: number };

export type LabSpec = { nodes: NodeSpec[] };

/** Sparse: a fresh disk takes 200 kB of the host. */
export const defaultDisks: readonly DiskSpec[] = [
  { name: "disk1", sizeMiB: 8192 },
  { name: "disk2", sizeMiB: 4096 },
  { name: "disk3", sizeMiB: 4096 },
];

type LabState = { nodes: NodeRecord[]; scene?: string; san?: SanRecord | undefined };

/** Opens the lab of that name, or makes an empty one. `dir` is its folder, by default below `$SPINDLE_LAB_DIR`. Changes nothing that runs. */
export async function openLab(name = "default", options: { dir?: string; progress?: Progress } = {}): Promise<Lab> {
  const instance = await openInstance(name, options.dir);
  const lab = new Lab(instance, options.progress ?? (() => {}));
  await lab.refresh();
  return lab;
}

/** A set of nodes on a network of their own. Its state is on the disk: other processes that open it see the same. */
export class Lab {
  readonly instance: Instance;
  /** The host's address on the nodes' network; a SAN or an NFS server of the test listens here. */
  readonly hostAddress: string;
  /** The nodes, in order; empty before the first `up`. */
  nodes: LabNode[] = [];
  #state: LabState = { nodes: [] };
  readonly #progress: Progress;

  constructor(instance: Instance, progress: Progress) {
    this.instance = instance;
    this.hostAddress = hostAddress(instance);
    this.#progress = progress;
  }

  /** Reads again what other processes may have changed. */
  async refresh(): Promise<void> {
    this.#take((await readJson<LabState>(this.#stateFile())) ?? { nodes: [] });
  }

  /** The node of that name. Throws when there is none. */
  node(name: string): LabNode {
    const found = this.nodes.find((node) => node.name === name);
    if (!found)
      throw new Error(
        `no node ${name} in lab ${this.instance.name}, only ${this.nodes.map((node) => node.name).join(", ") || "none"}`,
      );
    return found;
  }

  /** Boots fresh nodes from the images, building those first if need be, and waits until all are ready. What ran before is ended and its disks are removed. */
  async up(spec: LabSpec): Promise<void> {
    const kinds = [...new Set(spec.nodes.map((node) => node.image ?? "ready"))];
    const images = new Map((await ensureImages(kinds, this.#progress)).map((image) => [image.kind, image]));
    const nodes = spec.nodes.map((node, at) => {
      const image = images.get(node.image ?? "ready");
      if (!image) throw new Error(`no image ${node.image}`);
      return recordOf(node, at + 1, image);
    });
    if (new Set(nodes.map((node) => node.name)).size < nodes.length) throw new Error("two nodes of one name");
    await this.#exclusive(async () => {
      await this.#endNodes();
      await this.#endSan();
      await rm(join(this.instance.dir, "nodes"), { recursive: true, force: true });
      await this.#keep({ nodes });
      for (const record of nodes) await makeDisks(this.instance, record);
      await this.#bootAll();
    });
  }

  /** What the SAN shows to the nodes; none before `startSan`. */
  get targets(): readonly TargetRecord[] {
    return this.#state.san?.targets ?? [];
  }

  /**
   * Starts a SAN with these targets beside the nodes, whose addresses on their network are `portalAddresses`; one that was
   * there is gone with all that is on it. It is part of scenes from then on.
   */
  async startSan(targets: readonly TargetSpec[]): Promise<void> {
    for (const { name, luns } of targets) {
      checkName("target", name);
      for (const lun of luns) checkName("LUN", lun.name, 20);
    }
    await this.refresh();
    await this.#exclusive(async () => {
      await this.#endSan();
      const san = sanRecord(targets);
      await this.#keep({ ...this.#state, san });
      await ensureBridge(this.instance);
      await startSan(this.instance, san);
    });
  }

  /** Puts a file system on a LUN, as somebody who used it before did. */
  async formatLun(target: TargetRecord, name: string): Promise<void> {
    await formatLun(this.instance, target, name);
  }

  /** Makes a LUN larger, as an array does. The nodes see it once they look again. */
  async growLun(target: TargetRecord, name: string, sizeMiB: number): Promise<void> {
    await this.refresh();
    await this.#exclusive(async () => {
      const grown = await growLun(this.instance, target, name, sizeMiB);
      const targets = this.targets.map((one) => (one.tid === target.tid ? grown : one));
      await this.#keep({ ...this.#state, san: { targets } });
    });
  }

  /** Breaks something of the SAN by name, see the table in san-faults.ts. */
  async breakSan(name: string): Promise<void> {
    await sanFault(name).break(this.instance, { targets: [...this.targets] });
  }

  /** Mends what breakSan broke; does nothing where nothing is broken. */
  async mendSan(name: string): Promise<void> {
    await sanFault(name).mend(this.instance, { targets: [...this.targets] });
  }

  /** Boots the nodes again from the disks they have, as after a power cut of all. */
  async boot(): Promise<void> {
    await this.refresh();
    if (this.#state.nodes.length === 0) throw new Error(`lab ${this.instance.name} has no nodes`);
    await this.#exclusive(async () => {
      await cutPower(this.instance);
      await this.#bootAll();
    });
  }

  /** Ends the nodes and removes the network. Disks and scenes stay. */
  async down(): Promise<void> {
    await this.#exclusive(async () => {
      await cutPower(this.instance);
      await stopSan(this.instance);
      await stopRepository(this.instance);
      await removeNetwork(this.instance);
      await rm(runDir(this.instance.subnet), { recursive: true, force: true });
    });
  }

  /** Ends everything and forgets the instance with its disks and scenes. */
  async remove(): Promise<void> {
    await this.down();
    await removeInstance(this.instance);
  }

  /** Saves all nodes, running as they are, as `scene`, and lets them go on. They stand still for some seconds. */
  async save(scene: string): Promise<void> {
    checkName("scene", scene);
    await this.refresh();
    await this.#exclusive(async () => {
      for (const node of this.nodes) if (!(await node.isRunning())) throw new Error(`${node.name} is not running`);
      const parent = this.#state.scene
        ? (await listScenes(this.instance)).find(({ id }) => id === this.#state.scene)
        : undefined;
      const accelerator = (await this.#accelerate()).arguments.join(" ");
      const saved = await saveScene(this.instance, scene, this.#state.nodes, {
        accelerator,
        qemu: await qemuVersion(),
        parent,
        san: this.#state.san,
      });
      await this.#load(saved);
    });
  }

  /**
   * Puts the nodes back to the instant of the scene, ending those that run; with `only`, none but these are started and
   * the lab has no others. Their clocks are set to now. Throws when there is no such scene, or no such node in it.
   */
  async restore(scene: string, only?: readonly string[]): Promise<void> {
    await this.#exclusive(async () => {
      const found = await this.#usableScene(scene);
      if (!found) throw new Error(`no scene ${scene} in lab ${this.instance.name}`);
      const nodes = only ? found.nodes.filter(({ name }) => only.includes(name)) : found.nodes;
      if (only && nodes.length < only.length) throw new Error(`scene ${scene} lacks one of ${only.join(", ")}`);
      await this.#endNodes();
      await this.#load({ ...found, nodes });
    });
  }

  /** True when the scene is there and can be loaded by this QEMU. */
  async hasScene(scene: string): Promise<boolean> {
    return (await this.#usableScene(scene)) !== undefined;
  }

  /** Names of the scenes that can be restored. */
  async scenes(): Promise<string[]> {
    return (await listScenes(this.instance)).map((scene) => scene.name);
  }

  async #usableScene(name: string): Promise<SceneRecord | undefined> {
    const scene = (await listScenes(this.instance)).find((candidate) => candidate.name === name);
    if (!scene) return undefined;
    const image = scene.nodes[0]?.image;
    if (!image || !scene.nodes.every((node) => existsSync(node.image.disk))) return undefined;
    const accelerator = (await chooseAccelerator(image)).arguments.join(" ");
    const isUsable = scene.qemu === (await qemuVersion()) && scene.accelerator === accelerator;
    return isUsable ? scene : undefined;
  }

  async #load(scene: SceneRecord): Promise<void> {
    const states = await layOutScene(this.instance, scene);
    await this.#keep({ nodes: scene.nodes, scene: scene.id, san: scene.san });
    await pruneScenes(this.instance, scene.id);
    await this.#prepareNetwork();
    // Before the nodes go on: what they find is the SAN of that instant.
    if (scene.san) await restoreSan(this.instance, sceneDir(this.instance, scene.id), scene.san);
    else await this.#endSan();
    await Promise.all(this.nodes.map((node) => node.powerOn(states.get(node.name))));
    await Promise.all(this.nodes.map((node) => continueRestored(monitorSocket(this.instance, node.name))));
    await Promise.all(
      this.nodes.map(async (node) => {
        await node.waitReady(300_000);
        // The node's clock stood still since the save.
        await node.sh(["date", "-u", "-s", `@${(Date.now() / 1000).toFixed(3)}`]);
      }),
    );
  }

  async #bootAll(): Promise<void> {
    await this.#prepareNetwork();
    if (this.#state.san) await startSan(this.instance, this.#state.san);
    await Promise.all(this.nodes.map((node) => node.powerOn()));
    this.#progress(`booting ${this.nodes.map((node) => node.name).join(", ")}`);
    await Promise.all(
      this.nodes.map(async (node) => {
        await node.waitReady();
        await node.waitBooted();
      }),
    );
  }

  async #prepareNetwork(): Promise<void> {
    await ensureBridge(this.instance);
    for (const { record } of this.nodes) {
      await ensureTap(this.instance, record.index);
      await attachTap(this.instance, record.index);
    }
    const repository = this.#state.nodes[0]?.image.repository;
    if (repository) await serveRepository(this.instance, repository);
  }

  async #endSan(): Promise<void> {
    await stopSan(this.instance);
    await removeLuns(this.instance);
  }

  async #endNodes(): Promise<void> {
    await Promise.all((await findQemu(this.instance)).map(endProcess));
  }

  #accelerate(): Promise<Accelerator> {
    const image = this.#state.nodes[0]?.image;
    if (!image) throw new Error(`lab ${this.instance.name} has no nodes`);
    return chooseAccelerator(image);
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    return withLock(`instance ${this.instance.dir}`, work, {
      timeoutMs: 600_000,
      onWait: (holder) => this.#progress(`waiting for ${holder}, which changes this lab`),
    });
  }

  async #keep(state: LabState): Promise<void> {
    await writeJson(this.#stateFile(), state);
    this.#take(state);
  }

  #take(state: LabState): void {
    this.#state = state;
    this.nodes = state.nodes.map((record) => new LabNode(this.instance, record, () => this.#accelerate()));
  }

  #stateFile(): string {
    return join(this.instance.dir, "lab.json");
  }
}

function recordOf(spec: NodeSpec, index: number, image: NodeRecord["image"]): NodeRecord {
  const name = checkName("node", spec.name ?? `n${index}`, 15);
  const { kind, dir, disk, kernel, initrd, repository } = image;
  const disks = (spec.disks ?? defaultDisks).map(({ name: diskName, sizeMiB, serial }) => ({
    name: checkName("disk", diskName, 20),
    sizeMiB,
    // SCSI cuts a serial number at 36 characters, and a comma would end the option.
    serial: checkName("serial", serial ?? `${name}-${diskName}`, 36),
    // 5 is the registered form; the rest is drawn, so that no two disks of any lab are one.
    wwn: `5${randomBytes(8).toString("hex").slice(1)}`,
  }));
  return {
    name,
    index,
    uuid: randomUUID(),
    memoryMiB: spec.memoryMiB ?? 1024,
    image: { kind, dir, disk, kernel, initrd, repository },
    disks,
  };
}

async function makeDisks(instance: Instance, record: NodeRecord): Promise<void> {
  const dir = nodeDir(instance, record.name);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const create = ["qemu-img", "create", "-q", "-f", "qcow2"];
  await run([...create, "-F", "raw", "-b", record.image.disk, join(dir, "root.qcow2")]);
  await Promise.all(record.disks.map((disk) => run([...create, join(dir, `${disk.name}.qcow2`), `${disk.sizeMiB}M`])));
}
