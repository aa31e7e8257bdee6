import { connect, type Socket } from "node:net";
import type { PanelError } from "../domain/errors.ts";
import { LOOK_MS } from "../domain/status.ts";
import { connectError } from "../ssh/errors.ts";

/** `there`: it greets. `slow`: its kernel takes the connection, and no more. `gone`: nothing answers. */
export type Look = { result: "there" } | { result: "slow" | "gone"; error: PanelError };

/**
 * The active look at a silent node: TCP, and the SSH banner. A busy machine's kernel still takes the connection when
 * everything else there is late, and one that is off, frozen or cut off does not.
 */
export function lookAt(place: { address: string; port: number }, timeoutMs = LOOK_MS): Promise<Look> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ host: place.address, port: place.port });
    let isConnected = false;
    const settle = (look: Look) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(look);
    };
    const fail = (error: Error) => settle({ result: isConnected ? "slow" : "gone", error: connectError(error, place) });
    const timer = setTimeout(() => fail(new Error("Timed out while waiting for the banner")), timeoutMs);
    socket.once("connect", () => {
      isConnected = true;
    });
    socket.once("data", (data) => {
      if (data.toString("latin1").startsWith("SSH-")) return settle({ result: "there" });
      settle({ result: "gone", error: connectError(new Error("No SSH banner"), place) });
    });
    socket.once("end", () => fail(new Error("Closed before the banner")));
    socket.once("error", fail);
  });
}
