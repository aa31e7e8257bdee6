"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { PlannedForm } from "#components/plan/planned-form.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useAddress } from "#components/shell/use-address.ts";
import { useText } from "#components/text/t.tsx";
import { CheckField } from "#components/ui/field.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { RowsSkeleton } from "#components/ui/skeleton.tsx";
import { changeParts } from "#lib/actions/storages.ts";
import type { NodeView, SourceFormView, StorageView } from "#lib/domain/dto.ts";
import { PARTS_VERBS, type PartsVerb, type PartsView } from "#lib/domain/parts.ts";
import type { PartsRequest } from "#lib/domain/parts-request.ts";
import { visible } from "#lib/domain/visible.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { findNode, findStorage } from "#lib/queries/panel.ts";
import { partsQuery } from "#lib/queries/parts.ts";
import { DiskChoice } from "./disk-choice.tsx";
import { type Source, SourceForm } from "./source-form.tsx";

interface FormProps {
  storage: StorageView;
  node: NodeView;
  verb: PartsVerb;
  part: string;
  sourceForm: SourceFormView | null;
}

function requestOf(verb: PartsVerb, part: string, disks: string[], andRemove: boolean): PartsRequest | null {
  if (verb === "add") return disks.length > 0 ? { verb, disks } : null;
  if (verb === "grow") return { verb };
  return verb === "empty" ? { verb, part, andRemove } : { verb, part };
}

/** Of a PV its device, which people know it by. */
function nameOf(view: PartsView | undefined, part: string): string {
  return visible(view?.parts.find(({ id }) => id === part)?.device ?? part);
}

function PartsForm({ storage, node, verb, part, sourceForm }: FormProps) {
  const t = useTranslations("parts");
  const say = useText();
  const [disks, setDisks] = useState<string[]>([]);
  const [andRemove, setAndRemove] = useState(false);
  const [source, setSource] = useState<Source | null>(null);
  const place = { storageId: storage.id, nodeId: node.id };
  const looked = source ? { ...place, source } : place;
  const request = requestOf(verb, part, disks, andRemove);
  const { data, error, isPlaceholderData, isFetching, refetch } = useQuery(partsQuery(looked, request));
  const refused = error ? errorViewOf(error) : null;
  // What was chosen may not be seen any more.
  const noteSource = (next: Source | null) => {
    if (source || next) setDisks([]);
    if (next && JSON.stringify(next) === JSON.stringify(source)) void refetch();
    else setSource(next);
  };
  const problem = data?.planned?.problems.disks;
  const plan = {
    view: request === null ? null : (data?.planned ?? null),
    isCurrent: data !== undefined && !isPlaceholderData && !isFetching,
    error: refused,
    retry: () => void refetch(),
  };
  const values = { storage: visible(storage.name), node: visible(node.name), part: nameOf(data, part) };
  const hasUnused = data?.disks.some(({ uses }) => uses.length === 0);
  const lacks = data ? (hasUnused ? "chooseFirst" : "noUnused") : "looking";
  return (
    <PlannedForm
      title={t(`title.${verb}`, values)}
      below={t(`below.${verb}`)}
      isReady={request !== null}
      lacks={verb === "add" ? t(lacks, values) : null}
      plan={plan}
      confirm={t(`confirm.${verb}`, { count: disks.length })}
      onConfirm={(shown) => {
        if (request === null) throw new Error("Nothing was asked for");
        return changeParts({ ...looked, request, ...shown });
      }}
      danger={verb === "remove"}
      back={`/storages/${storage.id}`}
    >
      {data || error ? null : (
        <>
          <p role="status" className="text-ink-2">
            {t("looking", values)}
          </p>
          <RowsSkeleton />
        </>
      )}
      {verb === "add" && data ? (
        <DiskChoice
          disks={data.disks}
          node={node.name}
          chosen={disks}
          error={problem && say(problem)}
          onChange={setDisks}
        />
      ) : null}
      {verb === "add" && sourceForm && (data || source) ? (
        <SourceForm
          place={place}
          form={sourceForm}
          problems={{ ...(source ? data?.sourceProblems : {}), ...refused?.fields }}
          isLooking={source !== null && isFetching}
          onNote={noteSource}
        />
      ) : null}
      {verb === "empty" ? <CheckField label={t("andRemove")} checked={andRemove} onChange={setAndRemove} /> : null}
    </PlannedForm>
  );
}

/** One change of the disks that a storage is made of on a node, its plan beside it. Which one stands in the address. */
export function PartsPage({ id, sourceForm }: { id: string; sourceForm: SourceFormView | null }) {
  const t = useTranslations("parts");
  const state = usePanel();
  const [address] = useAddress();
  const found = findStorage(state, id);
  const node = findNode(state, address.get("node") ?? "")?.node;
  const verb = PARTS_VERBS.find((name) => name === address.get("do"));
  if (!found || !node || !verb || node.clusterId !== found.cluster.id) return <Gone>{t("gone")}</Gone>;
  const part = address.get("part") ?? "";
  return <PartsForm storage={found.storage} node={node} verb={verb} part={part} sourceForm={sourceForm} />;
}
