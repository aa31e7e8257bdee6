"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { PlannedForm } from "#components/plan/planned-form.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useText } from "#components/text/t.tsx";
import { CheckField } from "#components/ui/field.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { RowsSkeleton } from "#components/ui/skeleton.tsx";
import { clearLeftovers } from "#lib/actions/nodes.ts";
import type { NodeView } from "#lib/domain/dto.ts";
import type { LeftoverView } from "#lib/domain/leftovers.ts";
import { visible } from "#lib/domain/visible.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { leftoversQuery } from "#lib/queries/leftovers.ts";
import { findNode } from "#lib/queries/panel.ts";

interface ListProps {
  leftovers: readonly LeftoverView[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** What can be cleared is chosen; of the rest it is said why not. */
function List({ leftovers, chosen, onChange }: ListProps) {
  const say = useText();
  return (
    <ul className="space-y-2">
      {leftovers.map(({ id, text, obstacle }) => (
        <li key={id} className="break-words">
          {obstacle ? (
            <>
              {say(text)} <span className="text-ink-2">{say(obstacle)}</span>
            </>
          ) : (
            <CheckField
              label={say(text)}
              checked={chosen.includes(id)}
              onChange={(isChosen) => onChange(isChosen ? [...chosen, id] : chosen.filter((each) => each !== id))}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

function Form({ node }: { node: NodeView }) {
  const t = useTranslations("node.leftovers");
  const [chosen, setChosen] = useState<string[]>([]);
  const { data, error, isPlaceholderData, isFetching, refetch } = useQuery(leftoversQuery(node.id, chosen));
  const values = { node: visible(node.name) };
  const lacks = data ? t(data.leftovers.length > 0 ? "choose" : "none", values) : t("looking", values);
  return (
    <PlannedForm
      title={t("title", values)}
      below={t("below")}
      isReady={chosen.length > 0}
      lacks={lacks}
      plan={{
        view: chosen.length > 0 ? (data?.planned ?? null) : null,
        isCurrent: data !== undefined && !isPlaceholderData && !isFetching,
        error: error ? errorViewOf(error) : null,
        retry: () => void refetch(),
      }}
      confirm={t("confirm", { count: chosen.length })}
      danger
      back={`/nodes/${node.id}`}
      onConfirm={(shown) => clearLeftovers({ nodeId: node.id, chosen, ...shown })}
    >
      {data ? <List leftovers={data.leftovers} chosen={chosen} onChange={setChosen} /> : null}
      {data || error ? null : <RowsSkeleton />}
    </PlannedForm>
  );
}

/** What is on a node that belongs to no storage it has: looked for when this is opened, cleared as it is shown. */
export function Leftovers({ id }: { id: string }) {
  const gone = useTranslations("pages.node")("gone");
  const found = findNode(usePanel(), id);
  return found ? <Form key={id} node={found.node} /> : <Gone>{gone}</Gone>;
}
