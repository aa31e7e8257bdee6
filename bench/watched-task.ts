import { expect, type Page } from "@playwright/test";
import { TASK_ENDED } from "../lib/domain/plan.ts";
import type { TaskProgress } from "../lib/domain/dto.ts";
import { en } from "../lib/messages/en.ts";
import { LONG } from "../e2e/verbs/drives.ts";
import { percentile } from "./statistics.ts";

/** Moments in milliseconds since the epoch, by the browser's clock. */
interface Seen {
  clicked: number;
  /** The last byte of the confirming action's answer; null where the browser did not record it. */
  answered: number | null;
  /** First change of the document under the task's address. */
  opened: number;
  /** The change that put the word of the end beside the task's heading. */
  shown: number;
  word: string;
}

/** What the page itself notes, from the next click to the end of the task that it leads to. Nothing is polled. */
function note({ words, timeoutMs }: { words: readonly string[]; timeoutMs: number }): { seen: Promise<Seen> } {
  const form = location.pathname;
  performance.clearResourceTimings();
  const wall = (at: number) => performance.timeOrigin + at;
  const seen = new Promise<Seen>((resolve, reject) => {
    let clicked: number | null = null;
    let opened: number | null = null;
    const onClick = (event: Event) => {
      clicked = event.timeStamp;
    };
    document.addEventListener("click", onClick, { capture: true, once: true });
    const answeredAt = (since: number) => {
      const entry = performance.getEntriesByType("resource").find((each) => {
        const { pathname, search } = new URL(each.name);
        return each.startTime >= since && pathname === form && !search.includes("_rsc");
      });
      return entry ? wall((entry as PerformanceResourceTiming).responseEnd) : null;
    };
    const observer = new MutationObserver(() => {
      if (clicked === null || !location.pathname.startsWith("/tasks/")) return;
      const at = performance.now();
      opened ??= at;
      const word = document.querySelector("main h1")?.nextElementSibling?.textContent ?? "";
      if (!words.includes(word)) return;
      observer.disconnect();
      const answered = answeredAt(clicked);
      resolve({ clicked: wall(clicked), answered, opened: wall(opened), shown: wall(at), word });
    });
    observer.observe(document, { childList: true, characterData: true, subtree: true });
    setTimeout(() => reject(new Error(`no end of the task is shown at ${location.pathname}`)), timeoutMs);
  });
  return { seen };
}

export interface Watched {
  task: TaskProgress;
  /** Milliseconds from the click to the word Done beside the task's heading, both by the browser's clock. */
  ms: number;
  /** Milliseconds from the click to each moment on the way, in order. */
  moments: Map<string, number>;
}

/**
 * Where the time went: page moments by the browser's clock, the others by the task's and its steps' rows, which the
 * panel and its database wrote. All are one machine's clock. A step's end is noted before its row is committed.
 */
function momentsOf({ clicked, answered, opened, shown }: Seen, task: TaskProgress): Map<string, number> {
  const written = (iso: string | null) => (iso === null ? null : Date.parse(iso));
  const moments: [string, number | null][] = [
    ["action answered", answered],
    ["task page opened", opened],
    ["task written", written(task.createdAt)],
    ["task claimed", written(task.startedAt)],
    ...task.steps.flatMap(({ stepId, startedAt, endedAt }): [string, number | null][] => {
      const name = `step ${stepId.replace(/^.*\./, "")}`;
      return [
        [`${name} begins`, written(startedAt)],
        [`${name} ends`, written(endedAt)],
      ];
    }),
    ["task ended", written(task.endedAt)],
    ["shown as done", shown],
  ];
  return new Map(moments.flatMap(([name, at]): [string, number][] => (at === null ? [] : [[name, at - clicked]])));
}

/** Presses the button of the shown plan and watches its task to the end. Throws where it did not end well. */
export async function watchPlan(page: Page, button: string): Promise<Watched> {
  const confirm = page.getByRole("button", { name: button });
  await expect(confirm).not.toHaveAttribute("aria-disabled", "true", LONG);
  const words = TASK_ENDED.map((state) => en.common.task[state]);
  const notes = await page.evaluateHandle(note, { words, timeoutMs: LONG.timeout });
  await confirm.click();
  const seen = await notes.evaluate(({ seen: end }) => end);
  await notes.dispose();
  const answer = await page.request.get(`/api${new URL(page.url()).pathname}`);
  const task = (await answer.json()) as TaskProgress;
  if (task.state !== "done") throw new Error(`${task.kind} ended as ${seen.word}: ${JSON.stringify(task.error)}`);
  return { task, ms: seen.shown - seen.clicked, moments: momentsOf(seen, task) };
}

/** Lines of medians, one a moment in order of time: milliseconds from the click, and from the moment before. */
export function breakdown(runs: readonly Watched[]): string[] {
  const names = new Set(runs.flatMap(({ moments }) => [...moments.keys()]));
  const medians = [...names].map((name): [string, number] => {
    const values = runs.flatMap(({ moments }) => moments.get(name) ?? []);
    return [name, Math.round(percentile(values, 0.5) ?? 0)];
  });
  const inOrder = medians.toSorted((a, b) => a[1] - b[1]);
  return inOrder.map(([name, at], index) => {
    const before = inOrder[index - 1]?.[1] ?? 0;
    return `  ${name.padEnd(24)} ${String(at).padStart(6)} ms  +${at - before}`;
  });
}
