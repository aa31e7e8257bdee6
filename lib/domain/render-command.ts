import type { Command } from "./plan.ts";

/** What needs no quotes in a POSIX shell. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

function shown(argument: string): string {
  if (PLAIN.test(argument)) return argument;
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** Standard input as a here-string would give it; a secret is named, never shown. */
function shownInput(stdin: Command["stdin"]): string {
  if (stdin === undefined) return "";
  if (typeof stdin === "string") return ` <<< ${shown(stdin)}`;
  return Array.isArray(stdin) && stdin.length > 1 ? " <<< ‹secrets›" : " <<< ‹secret›";
}

/** A command for people to read and repeat, quoted for a shell. Hidden characters are the viewer's to make visible. */
export function renderCommand(command: Command): string {
  return command.argv.map(shown).join(" ") + shownInput(command.stdin);
}
