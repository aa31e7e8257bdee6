"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { PlannedForm } from "#components/plan/planned-form.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { PageHead } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { useAction } from "#components/ui/use-action.ts";
import { confirmNodeKey, planNodeKey } from "#lib/actions/nodes.ts";
import type { NodeView } from "#lib/domain/dto.ts";
import type { Plan } from "#lib/domain/plan.ts";
import { visible } from "#lib/domain/visible.ts";
import { findNode } from "#lib/queries/panel.ts";

interface Shown {
  planId: string;
  digest: string;
  plan: Plan;
}

function Make({ node, onMade }: { node: NodeView; onMade: (shown: Shown) => void }) {
  const t = useTranslations("node.rotate");
  const cancel = useTranslations("common")("cancel");
  const { busy, error, run } = useAction(() => planNodeKey({ nodeId: node.id }), onMade);
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={t("title", { node: visible(node.name) })} below={t("below")} />
      <div className="max-w-xl space-y-4">
        <p>{t("about")}</p>
        {error ? <ErrorNotice error={error} /> : null}
        <div className="flex flex-wrap justify-end gap-2">
          <LinkButton href={`/nodes/${node.id}`}>{cancel}</LinkButton>
          <Button look="primary" busy={busy} onClick={run}>
            {busy ? t("making") : t("make")}
          </Button>
        </div>
      </div>
    </div>
  );
}

function Form({ node }: { node: NodeView }) {
  const t = useTranslations("node.rotate");
  const [shown, setShown] = useState<Shown | null>(null);
  if (!shown) return <Make node={node} onMade={setShown} />;
  const { planId, digest, plan } = shown;
  const view = { plan, digest, problems: {}, blockers: [], confirmName: null };
  return (
    <PlannedForm
      title={t("title", { node: visible(node.name) })}
      below={t("below")}
      isReady
      plan={{ view, isCurrent: true, error: null }}
      confirm={t("confirm")}
      back={`/nodes/${node.id}`}
      onConfirm={({ digest: seen }) => confirmNodeKey({ planId, digest: seen })}
    >
      <p>{t("about")}</p>
    </PlannedForm>
  );
}

/** A new key of the panel for a node: made first, so that its line stands in the plan that is confirmed. */
export function RotateKey({ id }: { id: string }) {
  const gone = useTranslations("pages.node")("gone");
  const found = findNode(usePanel(), id);
  return found ? <Form key={id} node={found.node} /> : <Gone>{gone}</Gone>;
}
