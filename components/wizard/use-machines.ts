import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, useTransition } from "react";
import { lookAgainAtDraftNode } from "#lib/actions/drafts.ts";
import type { DraftNodeView } from "#lib/domain/dto.ts";
import type { ActionResult, ErrorView } from "#lib/domain/errors.ts";
import { visible } from "#lib/domain/visible.ts";
import { draftKey } from "#lib/queries/drafts.ts";
import type { DraftForm } from "./use-draft.ts";

/** The machines of a draft, and the form that adds them: which one is open, and where the focus goes when it closes. */
export function useMachines<Mode>({ draft, data }: DraftForm) {
  const client = useQueryClient();
  const opener = useRef<HTMLDivElement>(null);
  const [mode, setMode] = useState<Mode | null>(null);
  return {
    mode,
    setMode,
    /** Around the buttons that open the form. */
    opener,
    close: () => {
      setMode(null);
      // The focus goes back to where the form was opened.
      setTimeout(() => opener.current?.querySelector("button")?.focus(), 0);
    },
    refresh: () => void client.invalidateQueries({ queryKey: draftKey(draft.id) }),
    storageName: (key: string) => visible(data.storages.find((storage) => storage.key === key)?.name ?? key),
  };
}

/** What can be done with one machine: one thing at a time, and the error of the last. */
export function useMachine(draftId: string, node: DraftNodeView, onChanged: () => void) {
  const [isActing, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const at = { draftId, key: node.key };
  const act = (run: () => Promise<ActionResult<unknown>>) =>
    start(async () => {
      const result = await run();
      setError(result.ok ? null : result.error);
      onChanged();
    });
  return {
    at,
    act,
    error,
    isActing,
    /** Something is under way there, so that a look has to wait. */
    isBusy: isActing || node.state === "reading-key" || node.state === "looking",
    lookAgain: (password?: string) =>
      act(() => lookAgainAtDraftNode(password === undefined ? at : { ...at, password })),
  };
}

/** A machine's own name, its address until that is known. */
export const machineName = (node: DraftNodeView) => visible(node.summary.hostname ?? node.address);
