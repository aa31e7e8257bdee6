import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { readJson, writeJson } from "./files.ts";
import { type Instance, nodeDir } from "./instance.ts";
import { type NodeRecord, monitorSocket, pulledDisks } from "./qemu.ts";
import { saveAndQuit } from "./qmp.ts";
import { run } from "./run.ts";
import { type SanRecord, saveLuns } from "./san.ts";

/** A saved lab. Its disks are the backing files of every restore, and of scenes saved after one: those name it among their parents. */
export type SceneRecord = {
  name: string;
  id: string;
  /** ISO time of the instant the nodes were stopped. */
  saved: string;
  /** QEMU's arguments for it: a state can only be loaded by a processor of the same features. */
  accelerator: string;
  qemu: string;
  parents: string[];
  nodes: NodeRecord[];
  /** The SAN that the nodes had; what was on its LUNs stands in the scene's folder. */
  san?: SanRecord | undefined;
};

const scenesDir = (instance: Instance) => join(instance.dir, "scenes");
export const sceneDir = (instance: Instance, id: string) => join(scenesDir(instance), id);
const stateFile = (instance: Instance, id: string, node: string) => join(sceneDir(instance, id), node, "state");

/** The instance's complete scenes, by name the newest only. */
export async function listScenes(instance: Instance): Promise<SceneRecord[]> {
  const all = await everyScene(instance);
  return all.filter((scene) => !all.some((other) => other.name === scene.name && other.saved > scene.saved));
}

async function everyScene(instance: Instance): Promise<SceneRecord[]> {
  if (!existsSync(scenesDir(instance))) return [];
  const scenes: SceneRecord[] = [];
  for (const id of await readdir(scenesDir(instance))) {
    const scene = await readJson<SceneRecord>(join(sceneDir(instance, id), "scene.json"));
    if (scene) scenes.push(scene);
  }
  return scenes.sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * Stops all nodes, writes their states and takes their disks as the scene's; the nodes are off afterwards.
 * `parent` is the scene that the disks were restored from. A scene of the same name is replaced when this one is complete.
 */
export async function saveScene(
  instance: Instance,
  name: string,
  nodes: NodeRecord[],
  about: { accelerator: string; qemu: string; parent: SceneRecord | undefined; san: SanRecord | undefined },
): Promise<SceneRecord> {
  for (const node of nodes) {
    const pulled = await pulledDisks(instance, node.name);
    if (pulled.length > 0)
      throw new Error(`${node.name}: put ${pulled.join(", ")} back first; a scene holds all disks`);
  }
  const id = `${name}-${randomBytes(4).toString("hex")}`;
  const saved = new Date().toISOString();
  for (const node of nodes) await mkdir(join(sceneDir(instance, id), node.name), { recursive: true, mode: 0o700 });
  await Promise.all(
    nodes.map((node) => saveAndQuit(monitorSocket(instance, node.name), stateFile(instance, id, node.name))),
  );
  if (about.san) await saveLuns(instance, sceneDir(instance, id));
  for (const node of nodes)
    for (const file of diskFiles(node))
      await rename(join(nodeDir(instance, node.name), file), join(sceneDir(instance, id), node.name, file));
  const { accelerator, qemu, parent, san } = about;
  const parents = parent ? [parent.id, ...parent.parents] : [];
  const scene: SceneRecord = { name, id, saved, accelerator, qemu, parents, nodes, san };
  await writeJson(join(sceneDir(instance, id), "scene.json"), scene);
  return scene;
}

/** Makes the nodes' folders anew, with empty overlays on the scene's disks. Returns each node's state file by name. */
export async function layOutScene(instance: Instance, scene: SceneRecord): Promise<Map<string, string>> {
  await rm(join(instance.dir, "nodes"), { recursive: true, force: true });
  const states = new Map<string, string>();
  await Promise.all(
    scene.nodes.map(async (node) => {
      await mkdir(nodeDir(instance, node.name), { recursive: true, mode: 0o700 });
      await Promise.all(
        diskFiles(node).map((file) =>
          run([
            "qemu-img",
            "create",
            "-q",
            "-f",
            "qcow2",
            "-F",
            "qcow2",
            "-b",
            join(sceneDir(instance, scene.id), node.name, file),
            join(nodeDir(instance, node.name), file),
          ]),
        ),
      );
      states.set(node.name, stateFile(instance, scene.id, node.name));
    }),
  );
  return states;
}

/** Removes what no named scene and no running node stands on: replaced scenes, and folders of saves that were interrupted. */
export async function pruneScenes(instance: Instance, current: string | undefined): Promise<void> {
  if (!existsSync(scenesDir(instance))) return;
  const all = await everyScene(instance);
  const named = await listScenes(instance);
  const roots = [...named, ...all.filter((scene) => scene.id === current)];
  const needed = new Set(roots.flatMap((scene) => [scene.id, ...scene.parents]));
  for (const id of await readdir(scenesDir(instance)))
    if (!needed.has(id)) await rm(sceneDir(instance, id), { recursive: true, force: true });
}

function diskFiles(node: NodeRecord): string[] {
  return ["root.qcow2", ...node.disks.map((disk) => `${disk.name}.qcow2`)];
}
