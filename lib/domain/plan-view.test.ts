import { describe, expect, it } from "vitest";
import type { Plan } from "./plan.ts";
import { planView } from "./plan-view.ts";
import { text } from "./text.ts";

const title = text("task.ended");
const plan: Plan = {
  ...{ format: 1, kind: "test", title, locks: ["storage:st_1"], notes: [title] },
  targets: [{ key: "t1", label: "n1", nodeId: "nd_1", address: "10.0.0.1", port: 22, user: "root", fingerprint: "" }],
  steps: [
    {
      ...{ kind: "node", id: "record", target: "t1", title },
      command: { argv: ["sh", "-c", "read -r it", "x"], stdin: [{ secret: "se_00000000000000ab" }] },
      alreadyDone: { command: { argv: ["test", "-e", "/checked"] } },
      precondition: { command: { argv: ["test", "-d", "/proven"] } },
      undo: { title, command: { argv: ["rm", "a b"] }, proof: { command: { argv: ["true"] } } },
    },
    {
      ...{ kind: "panel", id: "pin", title, action: "pin" },
      input: { source: { chapSecret: "se_00000000000000cd" } },
      undo: { none: title },
    },
  ],
};

describe("what pages show of a plan @P10", () => {
  it("where each step runs, its command and its undo as a person would type them", () => {
    expect(planView(plan)).toEqual({
      steps: [
        {
          ...{ id: "record", title, host: "n1", command: "sh -c 'read -r it' x <<< ‹secret›" },
          undo: { title, command: "rm 'a b'" },
        },
        { id: "pin", title, host: null, command: null, undo: { none: title } },
      ],
      notes: [title],
    });
  });

  it("neither its checks nor where its secrets are, which nobody is shown", () => {
    expect(JSON.stringify(planView(plan))).not.toMatch(/se_|checked|proven|st_1/);
  });
});
