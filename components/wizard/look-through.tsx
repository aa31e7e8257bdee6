"use client";
import { useQueryClient } from "@tanstack/react-query";
import { Server } from "lucide-react";
import { useRef, useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { T } from "#components/text/t.tsx";
import { Button } from "#components/ui/button.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { Status } from "#components/ui/status.tsx";
import { lookAgainAtDraftNode } from "#lib/actions/drafts.ts";
import type { DraftNodeView } from "#lib/domain/dto.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import { visible } from "#lib/domain/visible.ts";
import { draftKey } from "#lib/queries/drafts.ts";
import { AddMachines } from "./add-machines.tsx";
import { MachineCard } from "./machine-card.tsx";
import type { DraftForm } from "./use-draft.ts";

const nameOf = (node: DraftNodeView) => visible(node.summary.hostname ?? node.address);

/** Whether somebody has to do something before the machine can be looked at. */
const isWaiting = (node: DraftNodeView) => !["looking", "ready", "blocked"].includes(node.state);

/** A machine that was looked at; once more by its button, for values typed since. */
function LookedAt({ draftId, node, onChanged }: { draftId: string; node: DraftNodeView; onChanged: () => void }) {
  const t = useTranslations("wizard.look");
  const words = useTranslations("wizard.nodes");
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const isLooking = node.state === "looking";
  const again = () =>
    start(async () => {
      const result = await lookAgainAtDraftNode({ draftId, key: node.key });
      setError(result.ok ? null : result.error);
      onChanged();
    });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Status tone={isLooking ? "busy" : "ok"}>{t(isLooking ? "looking" : "done", { name: nameOf(node) })}</Status>
      <Button small busy={busy || isLooking} onClick={again}>
        {words("lookAgain")}
      </Button>
      {error ? <ErrorNotice error={error} /> : null}
    </li>
  );
}

/** The way to a machine from the storages: the same form and the same confirmation as in the nodes step. */
export function LookThrough({ form }: { form: DraftForm }) {
  const t = useTranslations("wizard.look");
  const client = useQueryClient();
  const { draft, data } = form;
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLDivElement>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: draftKey(draft.id) });
  const storageName = (key: string) => visible(data.storages.find((storage) => storage.key === key)?.name ?? key);
  const close = () => {
    setOpen(false);
    // The focus goes back to where the form was opened.
    setTimeout(() => opener.current?.querySelector("button")?.focus(), 0);
  };
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
          <Button onClick={() => setOpen(!open)} aria-expanded={open} icon={<Server aria-hidden size={15} />}>
            {draft.nodes.length === 0 ? t("add") : t("another")}
          </Button>
        </div>
      </div>
      {open ? <AddMachines draftId={draft.id} mode="one" onDone={close} onAdded={refresh} /> : null}
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
  const looked = nodes.filter((node) => !isWaiting(node));
  if (looked.length === 0) return null;
  return (
    <div className="mt-4 space-y-3 border-t border-line pt-3">
      {looked.map((node) => {
        const found = node.found[storageKey];
        if (!found)
          return (
            <p key={node.key} className="text-ink-2">
              {t(node.state === "looking" ? "looking" : "foundNone", { name: nameOf(node) })}
            </p>
          );
        return (
          <fieldset key={node.key}>
            <legend className="font-medium break-all">{t("found", { name: nameOf(node) })}</legend>
            <ul className="mt-1 space-y-1">
              {found.map(({ text, choice }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two things found may say the same
                <li key={index} className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
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
