"use client";
import { useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { PlannedForm } from "#components/plan/planned-form.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { PageHead } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { confirmNodeKey, planNodeKey } from "#lib/actions/nodes.ts";
import type { NodeView } from "#lib/domain/dto.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
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
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const make = () =>
    start(async () => {
      const result = await planNodeKey({ nodeId: node.id });
      if (result.ok) onMade(result.value);
      else setError(result.error);
    });
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={t("title", { node: visible(node.name) })} below={t("below")} />
      <div className="max-w-xl space-y-4">
        <p>{t("about")}</p>
        {error ? <ErrorNotice error={error} /> : null}
        <div className="flex flex-wrap justify-end gap-2">
          <LinkButton href={`/nodes/${node.id}`}>{cancel}</LinkButton>
          <Button look="primary" busy={busy} onClick={make}>
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
  const view = { plan, digest, blockers: [], confirmName: null };
  return (
    <PlannedForm
      title={t("title", { node: visible(node.name) })}
      below={t("below")}
      isFilled
      plan={{ view, isCurrent: true, error: null }}
      confirm={t("confirm")}
      back={`/nodes/${node.id}`}
      run={({ digest: seen }) => confirmNodeKey({ planId, digest: seen })}
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
