import { pause, waitFor } from "./run.ts";
import { type JsonLines, openJsonLines } from "./socket.ts";

/** QEMU refused a monitor command. */
export class QmpError extends Error {
  readonly kind: string;
  constructor(command: string, kind: string, description: string) {
    super(`QEMU ${command}: ${description}`);
    this.name = "QmpError";
    this.kind = kind;
  }
}

/** One conversation with a QEMU monitor. */
export type Qmp = {
  /** Sends a command and returns its result. Throws QmpError when refused, Error when QEMU has gone. */
  run(command: string, args?: Record<string, unknown>): Promise<unknown>;
  /** Waits for an event that `match` takes, one that came since the conversation began included. */
  event(name: string, match: (data: Record<string, unknown>) => boolean, timeoutMs: number): Promise<void>;
};

/** Holds a conversation with the monitor at `path` for as long as `work` runs. QEMU serves one at a time; a second one waits for its greeting. */
export async function withQmp<T>(path: string, work: (qmp: Qmp) => Promise<T>): Promise<T> {
  const lines = await openJsonLines(path);
  try {
    await lines.next(30_000);
    const qmp = conversation(lines);
    await qmp.run("qmp_capabilities");
    return await work(qmp);
  } finally {
    lines.close();
  }
}

function conversation(lines: JsonLines): Qmp {
  const events: Record<string, unknown>[] = [];
  return {
    run: async (command, args = {}) => {
      lines.send({ execute: command, arguments: args });
      for (;;) {
        const answer = await lines.next(60_000);
        if ("event" in answer) events.push(answer);
        else if ("error" in answer) {
          const error = answer.error as { class: string; desc: string };
          throw new QmpError(command, error.class, error.desc);
        } else if ("return" in answer) return answer.return;
      }
    },
    event: async (name, match, timeoutMs) => {
      const end = performance.now() + timeoutMs;
      for (;;) {
        const seen = events.findIndex((e) => e.event === name && match((e.data ?? {}) as Record<string, unknown>));
        if (seen >= 0) {
          events.splice(seen, 1);
          return;
        }
        const answer = await lines.next(Math.max(1, end - performance.now()));
        if ("event" in answer) events.push(answer);
      }
    },
  };
}

/** Stops the machine, writes its RAM and device state to `file`, and ends QEMU. The disks then stand as they were at that instant. */
export async function saveAndQuit(path: string, file: string): Promise<void> {
  await withQmp(path, async (qmp) => {
    await qmp.run("stop");
    await qmp.run("migrate-set-parameters", { "max-bandwidth": 20 * 2 ** 30 });
    // QEMU runs this through a shell; the path was checked to hold no character that means anything there.
    await qmp.run("migrate", { uri: `exec:cat > ${file}` });
    await waitFor(
      "saved state",
      120_000,
      async () => {
        const info = (await qmp.run("query-migrate")) as { status?: string; "error-desc"?: string };
        if (info.status === "failed")
          throw new Error(`saving ${file} failed: ${info["error-desc"] ?? "no reason given"}`);
        return info.status === "completed" ? true : undefined;
      },
      20,
    );
    await qmp.run("quit");
  });
}

/** Lets a machine run that was started on a saved state, once the state is read. */
export async function continueRestored(path: string): Promise<void> {
  await withQmp(path, async (qmp) => {
    await waitFor(
      "restored state",
      120_000,
      async () => {
        const { status } = (await qmp.run("query-status")) as { status: string };
        return status === "inmigrate" ? undefined : true;
      },
      20,
    );
    await qmp.run("cont");
  });
}

/** Asks QEMU to end at once, which writes what it still holds to the disks' files. Resolves whether it answers or not, at the latest after `timeoutMs`. */
export async function askToQuit(path: string, timeoutMs: number): Promise<void> {
  const asked = withQmp(path, (qmp) => qmp.run("quit"));
  // No answer, or a connection that ends with QEMU: the caller looks whether it has gone.
  await Promise.race([asked.catch(() => {}), pause(timeoutMs)]);
}
