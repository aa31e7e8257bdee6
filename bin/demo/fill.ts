import { spawn } from "node:child_process";
import { once } from "node:events";
import type { LabNode } from "../../lab/index.ts";
import type { DemoPanel } from "./panel.ts";

/** What the filling process reads on standard input, passwords included. */
export interface FillInput {
  email: string;
  cluster: string;
  nodes: { address: string; port: number; user: string; password: string; fingerprint: string }[];
}

/** Makes the cluster `demo` with a File and an LVM storage and all nodes, by the panel's own services. Throws when it ends otherwise. */
export async function fillDemo(panel: DemoPanel, admin: { email: string }, lab: { nodes: LabNode[] }): Promise<void> {
  console.log("Making the cluster demo: File and LVM storages, two nodes.");
  const nodes = lab.nodes.map(async (node) => ({
    address: node.address,
    port: node.port,
    user: node.user,
    password: node.rootPassword,
    fingerprint: await node.hostKeyFingerprint(),
  }));
  const input: FillInput = { email: admin.email, cluster: "demo", nodes: await Promise.all(nodes) };
  const env = { ...process.env, SPINDLE_DATA: panel.data };
  const child = spawn(process.execPath, ["bin/demo/fill-process.ts"], { env, stdio: ["pipe", "inherit", "inherit"] });
  child.stdin.end(JSON.stringify(input));
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`making the cluster ended with ${code}; see above`);
}
