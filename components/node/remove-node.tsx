"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { PlannedForm } from "#components/plan/planned-form.tsx";
import { useRemoval } from "#components/plan/use-removal.ts";
import { usePanel } from "#components/shell/panel-data.tsx";
import { T } from "#components/text/t.tsx";
import { CheckField } from "#components/ui/field.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { confirmNodeRemoval } from "#lib/actions/nodes.ts";
import type { ClusterView, NodeView } from "#lib/domain/dto.ts";
import type { NodeRemovalView } from "#lib/domain/node.ts";
import type { Text } from "#lib/domain/text.ts";
import { visible } from "#lib/domain/visible.ts";
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
function withoutLeft(view: NodeRemovalView): NodeRemovalView {
  const left = new Set(view.left.map(keyOf));
  const notes = view.plan?.notes.filter((note) => !left.has(keyOf(note))) ?? [];
  return { ...view, plan: view.plan && { ...view.plan, notes } };
}

function Form({ cluster, node }: { cluster: ClusterView; node: NodeView }) {
  const t = useTranslations("node.remove");
  const [isForced, setForced] = useState(false);
  const removal = useRemoval("nodes", node.id, isForced);
  const { view } = removal;
  return (
    <PlannedForm
      title={t("title", { node: visible(node.name) })}
      below={t("below", { cluster: visible(cluster.name) })}
      isReady
      plan={{ ...removal, view: view && withoutLeft(view) }}
      confirm={t("confirm")}
      danger
      back={`/nodes/${node.id}`}
      onConfirm={(shown) => confirmNodeRemoval({ nodeId: node.id, isForced, ...shown })}
      force={
        view?.canForce || isForced ? (
          <CheckField label={t("force")} help={t("forceHelp")} checked={isForced} onChange={setForced} />
        ) : null
      }
    >
      <Left left={view?.left ?? []} />
    </PlannedForm>
  );
}

/** A node's removal with its plan beside it; where something stands in the way, what by force would be left behind. */
export function RemoveNode({ id }: { id: string }) {
  const gone = useTranslations("pages.node")("gone");
  const found = findNode(usePanel(), id);
  return found ? <Form key={id} {...found} /> : <Gone>{gone}</Gone>;
}
