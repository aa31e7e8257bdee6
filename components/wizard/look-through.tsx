"use client";
import { Server } from "lucide-react";
import { useTranslations } from "use-intl";
import { usePanel } from "#components/shell/panel-data.tsx";
import { T } from "#components/text/t.tsx";
import { Ago } from "#components/text/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { Status } from "#components/ui/status.tsx";
import type { DraftNodeView } from "#lib/domain/dto.ts";
import { visible } from "#lib/domain/visible.ts";
import { AddMachines } from "./add-machines.tsx";
import { MachineCard } from "./machine-card.tsx";
import type { DraftForm } from "./use-draft.ts";
import { machineName, useMachine, useMachines } from "./use-machines.ts";

/** Whether somebody has to do something before the machine can be looked at. */
const isWaiting = (node: DraftNodeView) => !["looking", "ready", "blocked"].includes(node.state);

/** A machine that was looked at; once more by its button, for values typed since. */
function LookedAt({ draftId, node, onChanged }: { draftId: string; node: DraftNodeView; onChanged: () => void }) {
  const t = useTranslations("wizard.look");
  const words = useTranslations("wizard.nodes");
  const { error, isBusy, lookAgain } = useMachine(draftId, node, onChanged);
  const isLooking = node.state === "looking";
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Status tone={isLooking ? "busy" : "ok"}>{t(isLooking ? "looking" : "done", { name: machineName(node) })}</Status>
      <Button small busy={isBusy} onClick={() => lookAgain()}>
        {words("lookAgain")}
      </Button>
      {error ? <ErrorNotice error={error} /> : null}
    </li>
  );
}

/** The way to a machine from the storages: the same form and the same confirmation as in the nodes step. */
export function LookThrough({ form }: { form: DraftForm }) {
  const t = useTranslations("wizard.look");
  const { draft } = form;
  const { mode, setMode, opener, close, refresh, storageName } = useMachines<"one">(form);
  return (
    <section aria-labelledby="look-through" className="space-y-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="flex-1 basis-72">
          <h3 id="look-through" className="font-semibold">
            {t("title")}
          </h3>
          <p className="max-w-prose text-ink-2">{t("lead")}</p>
        </div>
        <div ref={opener}>
          <Button
            onClick={() => setMode(mode ? null : "one")}
            aria-expanded={mode !== null}
            icon={<Server aria-hidden size={15} />}
          >
            {draft.nodes.length === 0 ? t("add") : t("another")}
          </Button>
        </div>
      </div>
      {mode ? <AddMachines draftId={draft.id} mode={mode} onDone={close} onAdded={refresh} /> : null}
      {draft.nodes.length > 0 ? (
        <ul className="space-y-2">
          {draft.nodes.map((node) =>
            isWaiting(node) ? (
              <MachineCard
                key={node.key}
                draftId={draft.id}
                node={node}
                storageName={storageName}
                onChanged={refresh}
              />
            ) : (
              <LookedAt key={node.key} draftId={draft.id} node={node} onChanged={refresh} />
            ),
          )}
        </ul>
      ) : null}
    </section>
  );
}

/** How old what was found is; while a look goes on it comes in just now. */
function LookAge({ node, now }: { node: DraftNodeView; now: number }) {
  const t = useTranslations("wizard.look");
  const { lookedAt } = node;
  if (!lookedAt || node.state === "looking") return null;
  return (
    <span className="ml-2 text-s text-ink-2">
      {t.rich("lookedAt", { ago: () => <Ago iso={lookedAt} now={now} /> })}
    </span>
  );
}

/** What the machines that were looked at have for one storage; a value is taken over by its button. */
export function FoundForStorage({
  nodes,
  storageKey,
  config,
  onUse,
}: {
  nodes: readonly DraftNodeView[];
  storageKey: string;
  config: Record<string, string | number | boolean>;
  onUse: (field: string, value: string) => void;
}) {
  const t = useTranslations("wizard.look");
  const now = usePanel().sentAt;
  const looked = nodes.filter((node) => !isWaiting(node));
  if (looked.length === 0) return null;
  return (
    <div className="mt-4 space-y-3 border-t border-line pt-3">
      {looked.map((node) => {
        const found = node.found[storageKey];
        if (!found)
          return (
            <p key={node.key} className="text-ink-2">
              {t(node.state === "looking" ? "looking" : "foundNone", { name: machineName(node) })}
            </p>
          );
        return (
          <fieldset key={node.key}>
            <legend className="break-all">
              <span className="font-medium">{t("found", { name: machineName(node) })}</span>
              <LookAge node={node} now={now} />
            </legend>
            <ul className="mt-1 space-y-1">
              {found.map(({ id, text, choice }) => (
                <li key={id} className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
                  <span className="min-w-0 break-words">
                    <T text={text} />
                  </span>
                  {choice && config[choice.field] === choice.value ? (
                    <Status tone="ok">{t("used", { value: visible(choice.value) })}</Status>
                  ) : choice ? (
                    <Button small onClick={() => onUse(choice.field, choice.value)}>
                      {t("use", { value: visible(choice.value) })}
                    </Button>
                  ) : null}
                </li>
              ))}
            </ul>
          </fieldset>
        );
      })}
    </div>
  );
}
