import { db } from "../db/client.ts";
import { whileAway } from "../db/retry.ts";
import { taskLog } from "../db/schema/index.ts";
import { log } from "../log.ts";
import { hintTask } from "./task-hint.ts";

const FLUSH_MS = 400;
const LAST_MS = 2_000;
const MAX_LINE = 4_000;
const MAX_LINES = 5_000;

interface Line {
  taskId: string;
  position: number | null;
  at: Date;
  line: string;
}

/** Live lines of a task, written in batches: what a person watches. The record of what happened is the journal. */
export class TaskLog {
  readonly #taskId: string;
  readonly #signal: AbortSignal;
  #lines: Line[] = [];
  #timer: NodeJS.Timeout | null = null;
  #count = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(taskId: string, signal: AbortSignal) {
    this.#taskId = taskId;
    this.#signal = signal;
  }

  add(position: number | null, line: string): void {
    this.#count += 1;
    if (this.#count > MAX_LINES) return;
    const last = this.#count === MAX_LINES;
    const body = last ? "[…]" : line.slice(0, MAX_LINE).replaceAll("\0", "\u2400");
    this.#lines.push({ taskId: this.#taskId, position, at: new Date(), line: body });
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  /** Writes what is waiting; a line that can't be written is lost and said so in the panel's own log. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length > 0) this.#writing = this.#writing.then(() => this.#write(lines));
    return this.#writing;
  }

  /** The last lines of a run that is being stopped are worth a moment, not more. */
  #patience(): AbortSignal {
    return this.#signal.aborted ? AbortSignal.timeout(LAST_MS) : this.#signal;
  }

  async #write(lines: Line[]): Promise<void> {
    try {
      await whileAway(async () => {
        await db().insert(taskLog).values(lines);
        await hintTask(db(), this.#taskId);
      }, this.#patience());
    } catch (error) {
      log.error("lines of a task's log were lost", { taskId: this.#taskId, error });
    }
  }
}
