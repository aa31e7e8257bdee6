"use client";
import { ListPlus, Plus } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "#components/ui/button.tsx";
import { AddMachines, type AddMode } from "./add-machines.tsx";
import { MachineCard } from "./machine-card.tsx";
import type { DraftForm } from "./use-draft.ts";
import { useMachines } from "./use-machines.ts";

/** Machines to join: added by address or as a list, looked at, and settled row by row. */
export function NodesStep({ form }: { form: DraftForm }) {
  const t = useTranslations("wizard.nodes");
  const { draft } = form;
  const areMembers = draft.kind === "storage";
  const { mode, setMode, opener, close, refresh, storageName } = useMachines<AddMode>(form);
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <p className="max-w-prose flex-1 basis-72 text-ink-2">{t(areMembers ? "leadMembers" : "lead")}</p>
        <div ref={opener} className={areMembers ? "hidden" : "flex flex-wrap gap-2"}>
          <Button onClick={() => setMode("one")} aria-expanded={mode === "one"} icon={<Plus aria-hidden size={15} />}>
            {t("add")}
          </Button>
          <Button
            onClick={() => setMode("list")}
            aria-expanded={mode === "list"}
            icon={<ListPlus aria-hidden size={15} />}
          >
            {t("paste")}
          </Button>
        </div>
      </div>
      {mode ? <AddMachines draftId={draft.id} mode={mode} onDone={close} onAdded={refresh} /> : null}
      {draft.nodes.length === 0 ? (
        <p className="text-ink-2">{t(areMembers ? "noMembers" : "none")}</p>
      ) : (
        <ul className="space-y-3">
          {draft.nodes.map((node) => (
            <MachineCard key={node.key} draftId={draft.id} node={node} storageName={storageName} onChanged={refresh} />
          ))}
        </ul>
      )}
    </div>
  );
}
