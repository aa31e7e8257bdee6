import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { recheckNode } from "../../live/hub.ts";
import type { ServiceContext } from "../context.ts";

/** Has a node's storage (or all of them) checked now. Answers at once; the outcome comes with the live stream. Throws `not-found`. */
export async function recheck(_ctx: ServiceContext, input: { nodeId: string; storageId?: string }): Promise<null> {
  if (!recheckNode(input.nodeId, input.storageId ?? null)) {
    throw new PanelError({ code: "not-found", message: text("live.recheck.not-followed") });
  }
  return null;
}
