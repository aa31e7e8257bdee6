import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { useAnnounce } from "#components/shell/announcer.tsx";
import { useTasks } from "#components/shell/panel-data.tsx";
import { useText } from "#components/text/t.tsx";
import { type ActionResult, type ErrorView, stalePlanView, type TaskRef } from "#lib/domain/errors.ts";
import { visible } from "#lib/domain/visible.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { isOpen, taskQuery } from "#lib/queries/tasks.ts";

/** A plan as somebody confirmed it. */
interface Confirmed {
  digest: string;
  send: () => Promise<ActionResult<{ taskId: string }>>;
}

interface Options {
  /** Digest of the plan that is shown now; null while there is none that could be confirmed. */
  shown: string | null;
  /** Told when the plan is sent, and when it was refused. */
  hold?: ((isSent: boolean) => void) | undefined;
  onRefused?: (error: ErrorView) => void;
}

const noAnswer = (failed: unknown) => ({ ok: false as const, error: errorViewOf(failed) });

/** Whether a task has ended, as the stream of events tells it. One that is not among the latest is asked for by itself. */
function useHasEnded(task: TaskRef | null): boolean {
  const listed = useTasks().find(({ id }) => id === task?.id);
  const { data } = useQuery({ ...taskQuery(task?.id ?? ""), enabled: task !== null && !listed });
  const known = listed ?? data;
  return task !== null && known !== undefined && !isOpen(known);
}

/**
 * Confirms a plan: leads to its task, or says why not. Where an open task has what it needs it is sent again, as it was
 * confirmed, once that has ended; until `stop`, until another plan is shown, or until the page is left.
 */
export function useConfirmation({ shown, hold, onRefused }: Options) {
  const router = useRouter();
  const announce = useAnnounce();
  const t = useTranslations("common.plan.wait");
  const say = useText();
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const [waiting, setWaiting] = useState<{ confirmed: Confirmed; task: TaskRef } | null>(null);
  const now = useRef({
    /** What is still wanted; null once it was given up. */
    confirmed: null as Confirmed | null,
    isSent: false,
    isLeft: false,
  });

  const giveUp = (why: ErrorView | null) => {
    now.current.confirmed = null;
    setWaiting(null);
    setError(why);
  };
  const refuse = (confirmed: Confirmed, refusal: ErrorView) => {
    const task = refusal.waitFor;
    if (!task) {
      giveUp(refusal);
      onRefused?.(refusal);
      return;
    }
    setError(null);
    setWaiting({ confirmed, task });
    announce(t("announce", { task: say(task.title), who: visible(task.actorName) }));
  };
  const send = (confirmed: Confirmed) => {
    const it = now.current;
    it.confirmed = confirmed;
    it.isSent = true;
    // At once, not with the rest: that is drawn when it has ended.
    hold?.(true);
    start(async () => {
      // Whoever waits may not be there when the panel is away: the page stays, with what was typed.
      const result = await confirmed.send().catch(noAnswer);
      if (result.ok) {
        if (!it.isLeft) router.push(`/tasks/${result.value.taskId}`);
        return;
      }
      it.isSent = false;
      hold?.(false);
      // Given up meanwhile: nobody waits for this answer.
      if (it.confirmed === confirmed) refuse(confirmed, result.error);
    });
  };

  const isOther = waiting !== null && shown !== null && shown !== waiting.confirmed.digest;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is on its way is judged by the panel, and then here
  useEffect(() => {
    if (isOther && !now.current.isSent) giveUp(stalePlanView());
  }, [isOther, waiting]);
  const hasEnded = useHasEnded(waiting?.task ?? null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each task that was waited for
  useEffect(() => {
    const { confirmed, isSent } = now.current;
    if (hasEnded && !isSent && waiting?.confirmed === confirmed && confirmed) send(confirmed);
  }, [hasEnded, waiting]);
  useEffect(() => {
    const it = now.current;
    it.isLeft = false;
    return () => {
      it.isLeft = true;
      it.confirmed = null;
    };
  }, []);

  return {
    /** It is on its way, or waits. */
    busy: busy || waiting !== null,
    error,
    /** The task that is waited for. */
    waitsFor: waiting?.task ?? null,
    confirm: send,
    stop: () => giveUp(null),
    /** Something else was typed: what was confirmed is not what is wanted any more. */
    change: () => {
      if (waiting) giveUp(stalePlanView());
    },
  };
}
