import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { BEHAVIOURS, conformanceTable } from "./behaviours.ts";
import { LAYOUTS } from "./backends.ts";

it("every behaviour has its test, and the table says what is tested", async () => {
  const suites = ["drives", "wiping", "../../../e2e/engine/kill-drives"].map((name) =>
    readFileSync(new URL(`${name}.lab.test.ts`, import.meta.url), "utf8"),
  );
  const suite = suites.join("\n");
  for (const name of Object.keys(BEHAVIOURS)) expect(suite).toContain(`it(says("${name}")`);
  await expect(conformanceTable(LAYOUTS.map(({ kind }) => kind))).toMatchFileSnapshot("../../../docs/conformance.md");
});
