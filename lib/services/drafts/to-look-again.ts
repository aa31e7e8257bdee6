import { storageBasis } from "./judge-machine.ts";
import { isOfKind, type MachineFacts } from "./facts.ts";
import type { DraftNodeRow } from "./stored.ts";
import type { JudgedDraft } from "./view.ts";

/** Whether what is known of a machine is not what the form asks for now, at the wizard's present step. */
export function isToLookAgain({ draft, input, assembled }: JudgedDraft, node: DraftNodeRow): boolean {
  const { step } = draft.stored.form;
  if (step === "nodes" || step === "review") return assembled.judgements.get(node.key)?.isComplete === false;
  const facts = node.facts as unknown as MachineFacts | null;
  return (
    step === "storages" &&
    ((input.plan?.storages ?? []).some(({ key, kind }) => {
      const seen = facts?.storages[key];
      return !seen || !isOfKind(seen, kind);
    }) ||
      // What is typed next hangs on what is found with what was typed before.
      (input.plan?.unfinished ?? []).some(
        (storage) => input.plan && facts?.storages[storage.key]?.basis !== storageBasis(storage, input.plan.dirs),
      ))
  );
}
