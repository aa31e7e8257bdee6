import { spawnSync } from "node:child_process";
import type { Command, NodeStep } from "../domain/plan.ts";
import type { Text } from "../domain/text.ts";

/** What tests of drivers ask of every step, whoever built it. */

/** Every command that a step may come to: its checks, itself, and its way back. */
export const commandsOf = ({ command, alreadyDone, precondition, undo }: NodeStep): Command[] => [
  command,
  ...[alreadyDone, precondition].flatMap((check) => (check ? [check.command] : [])),
  ...("none" in undo ? [] : [undo.command, ...(undo.proof ? [undo.proof.command] : [])]),
];

/** Every sentence that is said of a step. */
export const textsOf = ({ title, undo, failures = [] }: NodeStep): Text[] => [
  ...[title, "none" in undo ? undo.none : undo.title],
  ...failures.flatMap(({ message, hint }) => [message, ...(hint ? [hint] : [])]),
];

/** What a shell says against the script of a command; empty where it understands it, or there is none. */
export function shellComplaint({ argv }: Command): string {
  return argv[0] === "sh" ? spawnSync("sh", ["-n", "-c", argv[2] ?? ""], { encoding: "utf8" }).stderr : "";
}
