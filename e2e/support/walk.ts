import type { BrowserContext, Page } from "@playwright/test";
import type { Lab } from "../../lab/index.ts";
import { connect } from "../../lib/db/client.ts";
import { guardPages, type PageGuard } from "../fixtures/page-guard.ts";
import { startPanel, type TestPanel } from "../fixtures/panel.ts";
import { expect, signInContext, test } from "../fixtures/test.ts";

/** What the tests of one walk have together; there from the first of them on. */
export interface Walk {
  readonly lab: Lab;
  readonly panel: TestPanel;
  readonly page: Page;
  /** Rows of the panel's own database. */
  rows<T extends object>(query: string): Promise<T[]>;
}

interface Begun {
  lab: Lab;
  panel: TestPanel;
  context: BrowserContext;
  page: Page;
  guard: PageGuard;
}

/**
 * Makes the tests of a `describe` one walk: nodes, panel and page are set up once, and each test goes on where the one
 * before it stood. What no page may do fails the test in which it is done.
 */
export function walk(nodes: () => Promise<Lab>): Walk {
  test.describe.configure({ mode: "serial" });
  let begun: Begun | null = null;
  const it = (): Begun => {
    if (!begun) throw new Error("the walk has not begun");
    return begun;
  };
  test.beforeAll(async ({ browser }) => {
    const lab = await nodes();
    const panel = await startPanel();
    const context = await browser.newContext({ baseURL: panel.url });
    const guard = await guardPages(context, () => panel.url);
    await signInContext(context, panel);
    begun = { lab, panel, context, guard, page: await context.newPage() };
  });
  test.afterEach(() => {
    expect(it().guard.complaints(), "what no page of the panel may do").toEqual([]);
  });
  test.afterAll(async () => {
    await begun?.context.close();
    await begun?.panel.stop();
  });
  return {
    get lab() {
      return it().lab;
    },
    get panel() {
      return it().panel;
    },
    get page() {
      return it().page;
    },
    rows: async <T extends object>(query: string) => {
      const sql = connect(it().panel.databaseUrl ?? "", 1);
      try {
        return await sql.unsafe<T[]>(query);
      } finally {
        await sql.end();
      }
    },
  };
}
