import type { NodeStep } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import type { HostContext } from "./contract.ts";

/** Where another owner's mark is by then, the link fails. */
const MARK = `set -eu
[ "$(cat /etc/spindle/node 2>/dev/null)" != "$1" ] || exit 0
umask 022
install -d -m 0755 -- /etc/spindle
printf '%s\\n' "$1" >/etc/spindle/node.new
sync -- /etc/spindle/node.new
ln -T -- /etc/spindle/node.new /etc/spindle/node
rm -f -- /etc/spindle/node.new`;

const UNMARK = `rm -f -- /etc/spindle/node.new
[ "$(cat /etc/spindle/node 2>/dev/null)" != "$1" ] || rm -- /etc/spindle/node
[ ! -d /etc/spindle ] || rmdir --ignore-fail-on-non-empty -- /etc/spindle`;

type Marked = Pick<HostContext, "panelId" | "nodeId">;

const lineOf = ({ panelId, nodeId }: Marked) => JSON.stringify({ panel: panelId, node: nodeId });

const markCommand = (line: string) => ({ argv: ["sh", "-c", MARK, "spindle", line] });
const unmarkCommand = (line: string) => ({ argv: ["sh", "-c", UNMARK, "spindle", line] });

/** The file that tells another panel whose node this is. */
export function markStep(target: string, marked: Marked): NodeStep {
  const line = lineOf(marked);
  return {
    kind: "node",
    id: "mark",
    target,
    title: text("join.step.mark"),
    command: markCommand(line),
    alreadyDone: { command: { argv: ["cat", "/etc/spindle/node"] }, stdout: line },
    undo: { title: text("join.step.unmark"), command: unmarkCommand(line) },
  };
}

/** Takes it away again, where it is this node's, word for word. */
export function unmarkStep(target: string, marked: Marked): NodeStep {
  const line = lineOf(marked);
  const script = '[ "$(cat /etc/spindle/node 2>/dev/null)" != "$1" ]';
  return {
    kind: "node",
    id: "unmark",
    target,
    title: text("join.step.unmark"),
    command: unmarkCommand(line),
    alreadyDone: { command: { argv: ["sh", "-c", script, "spindle", line] } },
    undo: { title: text("join.step.mark"), command: markCommand(line) },
  };
}
