import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import type { ProbeFragment } from "../../storage/contract.ts";
import { buildProbe } from "./script.ts";

const fragment = (args: string[]): ProbeFragment => ({
  script: "\ncheck_try() { printf '<%s>' \"$@\"; }\n",
  args,
  everySeconds: 10,
  deadlineSeconds: 30,
});

const probe = (args: string[]) =>
  buildProbe({ panelId: "pa_1", epoch: 1, storages: [{ storageId: "st_1", kind: "try", fragment: fragment(args) }] });

/** The part of the probe that calls a check, run as the shell would, without a node. */
function callCheck(text: string): string {
  const body = text.slice(text.indexOf("<<'SPINDLE_CHECK_END'\n") + 22, text.indexOf("\nid=$1 nonce="));
  return spawnSync("sh", ["-c", `${body}\ncheck st_1`], { encoding: "utf8" }).stdout;
}

it.each([
  ["/vm"],
  ["a b"],
  ["'"],
  ["$(id)"],
  ["`id`"],
  ["; id"],
  ["\\"],
  ["-rf"],
  ["../.."],
  ["ü∂‮"],
  ["SPINDLE_CHECK_END"],
])("a check gets %s as it is", (value) => {
  expect(callCheck(probe([value, ""]))).toBe(`<${value}><>`);
});

it.each([["a\nSPINDLE_CHECK_END\nid"], ["a\0b"], ["\u001b[31m"]])("refuses control characters", (value) => {
  expect(() => probe([value])).toThrow(/control character/);
});

it("refuses ids that are none", () => {
  expect(() => buildProbe({ panelId: "pa_1;id", epoch: 1, storages: [] })).toThrow(/Not an id/);
});

it("is a script the shell can read", () => {
  expect(spawnSync("sh", ["-n"], { input: probe(["/vm"]), encoding: "utf8" }).stderr).toBe("");
});
