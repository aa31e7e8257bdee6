"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { PlannedForm } from "#components/plan/planned-form.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { T } from "#components/text/t.tsx";
import { CheckField } from "#components/ui/field.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { confirmNodeRemoval } from "#lib/actions/nodes.ts";
import type { ClusterView, NodeView } from "#lib/domain/dto.ts";
import type { NodePlanView } from "#lib/domain/node.ts";
import type { Text } from "#lib/domain/text.ts";
import { visible } from "#lib/domain/visible.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { NODE_PLAN_KEY, removalQuery } from "#lib/queries/nodes.ts";
import { findNode } from "#lib/queries/panel.ts";

function Left({ left }: { left: readonly Text[] }) {
  const t = useTranslations("node.remove");
  if (left.length === 0) return null;
  return (
    <Notice tone="warn">
      <h2 className="font-semibold">{t("left")}</h2>
      <ul className="mt-1 list-disc space-y-0.5 pl-5 break-words">
        {left.map((one) => (
          <li key={keyOf(one)}>
            <T text={one} />
          </li>
        ))}
      </ul>
    </Notice>
  );
}

const keyOf = (text: Text) => JSON.stringify(text);

/** What is left is shown once, as a warning, and not again among the plan's notes. */
function withoutLeft(view: NodePlanView): NodePlanView {
  const left = new Set(view.left.map(keyOf));
  const notes = view.plan?.notes.filter((note) => !left.has(keyOf(note))) ?? [];
  return { ...view, plan: view.plan && { ...view.plan, notes } };
}

function Form({ cluster, node }: { cluster: ClusterView; node: NodeView }) {
  const t = useTranslations("node.remove");
  const client = useQueryClient();
  const [force, setForce] = useState(false);
  const { data, error, isPlaceholderData } = useQuery(removalQuery(node.id, force));
  const plan = {
    view: data ? withoutLeft(data) : null,
    isCurrent: data !== undefined && !isPlaceholderData,
    error: error ? errorViewOf(error) : null,
  };
  return (
    <PlannedForm
      title={t("title", { node: visible(node.name) })}
      below={t("below", { cluster: visible(cluster.name) })}
      isFilled
      plan={plan}
      confirm={t("confirm")}
      danger
      back={`/nodes/${node.id}`}
      run={async (shown) => {
        const result = await confirmNodeRemoval({ nodeId: node.id, force, ...shown });
        // What is refused as stale is shown anew.
        if (!result.ok) void client.invalidateQueries({ queryKey: NODE_PLAN_KEY });
        return result;
      }}
    >
      {data?.canForce || force ? (
        <CheckField label={t("force")} help={t("forceHelp")} checked={force} onChange={setForce} />
      ) : null}
      <Left left={data?.left ?? []} />
    </PlannedForm>
  );
}

/** A node's removal with its plan beside it; where something stands in the way, what by force would be left behind. */
export function RemoveNode({ id }: { id: string }) {
  const gone = useTranslations("pages.node")("gone");
  const found = findNode(usePanel(), id);
  return found ? <Form key={id} {...found} /> : <Gone>{gone}</Gone>;
}
