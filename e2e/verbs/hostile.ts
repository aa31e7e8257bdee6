import type { Locator, Page } from "@playwright/test";
import type { z } from "zod";
import type { DraftData, DraftView } from "../../lib/domain/dto.ts";
import { HOSTILE_STRINGS } from "../../lib/domain/hostile-strings.ts";
import { visible } from "../../lib/domain/visible.ts";
import { expect } from "../fixtures/test.ts";

/** They set a mark in the page where they run. */
export const MARKUP = [
  `"><img src=x onerror="window.spindleRan=1">`,
  "<svg/onload=window.spindleRan=1>",
  "javascript:window.spindleRan=1",
] as const;
export const STRINGS = [...HOSTILE_STRINGS, ...MARKUP];

/** Whatever is typed, nothing of it may run, ask, or move the reading direction of the page. */
export async function expectUnharmed(page: Page): Promise<void> {
  const seen = await page.evaluate(() => {
    const lines: string[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const isShown = texts.currentNode.parentElement?.closest("script, style, template, textarea") === null;
      if (isShown) lines.push(...(texts.currentNode.nodeValue ?? "").split(/[\n\t]/));
    }
    return { ran: "spindleRan" in window, headings: document.querySelectorAll("h1").length, lines };
  });
  expect(seen.ran, "a script of the typed text ran").toBe(false);
  expect(seen.headings).toBe(1);
  expect(seen.lines.filter((line) => line !== visible(line)).map(visible)).toEqual([]);
}

/** Before each test: nothing that is typed may open a dialog. */
export function refuseDialogs({ page }: { page: Page }): void {
  page.on("dialog", (dialog) => {
    throw new Error(`a dialog opened: ${dialog.message()}`);
  });
}

/** Types into a field and leaves it; what stands there then is what the browser makes of it (an input has no newlines). */
export async function type(field: Locator, value: string): Promise<string> {
  await field.fill(value);
  await field.blur();
  return field.inputValue();
}

/** A field either takes what its rule takes, or is marked and says why not. */
export async function expectJudged(field: Locator, rule: z.ZodType, value: string): Promise<void> {
  const about = visible(value).slice(0, 60);
  if (rule.safeParse(value).success) return expect(field, about).not.toHaveAttribute("aria-invalid", "true");
  await expect(field, about).toHaveAttribute("aria-invalid", "true");
  await expect(field, about).toHaveAccessibleDescription(/\S/);
}

/** The draft keeps what was typed; what no row can bear is refused aloud, and nothing else is lost by it. */
export async function expectKept(page: Page, pick: (data: DraftData) => unknown, typed: string): Promise<void> {
  if (typed.includes("\0")) return expect(page.getByRole("alert").first()).toBeVisible();
  const draftId = new URL(page.url()).pathname.split("/").at(-1);
  const stored = async () => {
    const answer = await page.request.get(`${new URL(page.url()).origin}/api/drafts/${draftId}`);
    return pick(((await answer.json()) as DraftView).data);
  };
  await expect.poll(stored, { intervals: [20, 50, 100] }).toBe(typed.toWellFormed());
}
