import { connect, type Socket } from "node:net";
import { LOOK_MS } from "../domain/status.ts";
import { connectError } from "../ssh/errors.ts";
import type { PanelError } from "../domain/errors.ts";

/**
 * The active look at a silent node: TCP, and the first bytes of the SSH banner. Answers null when somebody is there,
 * else why not. A busy machine's kernel and sshd still answer this when the probe's line is late.
 */
export function lookAt(place: { address: string; port: number }, timeoutMs = LOOK_MS): Promise<PanelError | null> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ host: place.address, port: place.port });
    const settle = (error: unknown) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(error === null ? null : connectError(error, place));
    };
    const timer = setTimeout(() => settle(new Error("Timed out while waiting for the banner")), timeoutMs);
    socket.once("data", (data) =>
      settle(data.toString("latin1").startsWith("SSH-") ? null : new Error("No SSH banner")),
    );
    socket.once("end", () => settle(new Error("Closed before the banner")));
    socket.once("error", settle);
  });
}
