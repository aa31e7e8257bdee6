import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { openSecret } from "../../secrets/store.ts";
import { connect } from "../../ssh/connection.ts";
import { run } from "../../ssh/run.ts";
import type { NodeRow } from "../drives/world.ts";

const READ_MS = 20_000;

/** Where a node is said to be, and the host key it must show there. */
export interface SaidPlace {
  address: string;
  port: number;
  fingerprint: string;
}

/**
 * Proves that the machine at a place is the node: it shows this host key, lets the node's own key in, and has the
 * machine-id that was pinned at join. Throws PanelError `host-key`, `auth-failed`, `unreachable`, and `conflict` for
 * another machine; nothing is written there.
 */
export async function proveMachine(node: NodeRow, place: SaidPlace): Promise<void> {
  const credential = { privateKey: await openSecret(node.keySecret) };
  const connection = await connect({ ...place, user: node.user, credential });
  try {
    const { stdout } = await run(connection, { argv: ["cat", "/etc/machine-id"], timeoutMs: READ_MS });
    const machineId = stdout.trim();
    if (machineId === node.machineId) return;
    const values = { node: node.name, address: place.address, found: machineId.slice(0, 64) || "–" };
    throw new PanelError({
      code: "conflict",
      message: text("node.other-machine", { ...values, expected: node.machineId }),
      hint: text("node.other-machine-hint"),
    });
  } finally {
    connection.close();
  }
}
