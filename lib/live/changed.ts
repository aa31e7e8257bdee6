import { sql } from "drizzle-orm";
import type { Executor } from "../db/client.ts";
import { onNotify } from "../db/notify.ts";
import type { LiveEvent } from "../domain/live.ts";
import { log } from "../log.ts";
import { publish } from "./bus.ts";
import { countChange, setHeard } from "./versions.ts";

const CHANNEL = "spindle_changed";

type Entity = Extract<LiveEvent, { type: "changed" }>["entity"];
const ENTITIES: readonly string[] = [
  "cluster",
  "node",
  "storage",
  "draft",
  "task",
  "user",
  "history",
  "drive",
  "usage",
] satisfies Entity[];

/** Says in a transaction what it changes: every process tells its pages once it is committed, and never if it is not. */
export async function announceChanged(tx: Executor, entity: Entity, id: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${CHANNEL}, ${`${entity} ${id}`})`);
}

function onHint(payload: string): void {
  const [entity = "", id = ""] = payload.split(" ");
  if (ENTITIES.includes(entity)) {
    countChange(entity as Entity);
    publish({ type: "changed", entity: entity as Entity, id });
  } else log.warn("an announcement is not understood", { payload });
}

/** Passes announcements on to this process's pages, and to its hub. After a lost connection everything is asked again. */
export async function startChanged(): Promise<() => Promise<void>> {
  let isFirst = true;
  const stop = await onNotify(CHANNEL, onHint, () => {
    countChange();
    if (!isFirst) publish({ type: "resync" });
    isFirst = false;
  });
  setHeard(true);
  return () => {
    setHeard(false);
    return stop();
  };
}
