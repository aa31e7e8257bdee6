"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { FirstCluster } from "#components/overview/first-cluster.tsx";
import { PlannedForm } from "#components/plan/planned-form.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useAddress } from "#components/shell/use-address.ts";
import { useText } from "#components/text/t.tsx";
import { TextField } from "#components/ui/field.tsx";
import { Empty, PageHead } from "#components/ui/layout.tsx";
import { nodeCount } from "#lib/domain/cluster-summary.ts";
import type { ClusterView, StorageView } from "#lib/domain/dto.ts";
import { formatProblem, MAX_AT_ONCE } from "#lib/domain/drive.ts";
import { numberedLabels, parseSize, sizeFromAddress } from "#lib/domain/size-input.ts";
import { DRIVE_FORMATS, FORMAT_BY_KIND } from "#lib/domain/storage.ts";
import { formatBytes, naturalOrder } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import type { PanelState } from "#lib/queries/panel.ts";
import { SelectField } from "./select-field.tsx";
import { SizeField, type TypedSize } from "./size-field.tsx";
import { confirmShown, useDrivePlan } from "./use-drive-plan.ts";

interface Choice {
  cluster: ClusterView;
  storage: StorageView;
}

/** Storages that hold drives, each cluster's main one first: that is where a drive goes unless another is chosen (S10). */
function choicesOf(state: PanelState): Choice[] {
  return state.clusters.flatMap((cluster) =>
    cluster.storages
      .filter((storage) => FORMAT_BY_KIND[storage.kind] !== null)
      .toSorted((a, b) => Number(b.isMain) - Number(a.isMain) || naturalOrder(a.name, b.name))
      .map((storage) => ({ cluster, storage })),
  );
}

function wordOf({ isMain, isEnabled }: StorageView) {
  if (!isEnabled) return "storageDisabled";
  return isMain ? "storageMain" : "storageOther";
}

function FormatField({ storage }: { storage: StorageView }) {
  const t = useTranslations("drives.form");
  const words = useTranslations("common");
  const say = useText();
  const allowed = FORMAT_BY_KIND[storage.kind] ?? "raw";
  const why = t("formatOnly", { kind: words(`kind.${storage.kind}`), format: words(`format.${allowed}`) });
  return (
    <fieldset>
      <legend className="mb-1 font-medium">{t("format")}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1">
        {DRIVE_FORMATS.map((format) => (
          <label key={format} className="flex min-h-6 items-center gap-2">
            <input
              type="radio"
              name="format"
              readOnly
              checked={format === allowed}
              disabled={format !== allowed}
              title={say(formatProblem(storage.kind, format) ?? { key: "common.yes" })}
              className="size-6 accent-accent"
            />
            <span className={format === allowed ? "" : "text-ink-3"}>{words(`format.${format}`)}</span>
          </label>
        ))}
      </div>
      <p className="mt-1 text-s text-ink-2">
        {why} {t(allowed === "raw" ? "preallocated" : "grown")}
      </p>
    </fieldset>
  );
}

function NewDrivesForm({ requestKey, choices, chosen }: { requestKey: string; choices: Choice[]; chosen: Choice }) {
  const t = useTranslations("drives.form");
  const kinds = useTranslations("common.kind");
  const say = useText();
  const [address, setAddress] = useAddress();
  const { storage } = chosen;
  const [nodeId, setNodeId] = useState("");
  const [label, setLabel] = useState(address.get("label") ?? "");
  const [count, setCount] = useState(address.get("count") ?? "1");
  const [size, setSize] = useState<TypedSize>(sizeFromAddress(address.get("size")) ?? { typed: "20", unit: "GiB" });
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const leave = (field: string) => setLeft((before) => new Set(before).add(field));
  const number = /^\d{1,3}$/.test(count.trim()) ? Number(count) : 0;
  const hasCount = number >= 1 && number <= MAX_AT_ONCE;
  const bytes = parseSize(size.typed, size.unit);
  const labels = numberedLabels(label.trim(), hasCount ? number : 1);
  const request =
    bytes === null || !hasCount
      ? null
      : {
          verb: "create" as const,
          key: requestKey,
          storageId: storage.id,
          nodeId: nodeId || null,
          format: FORMAT_BY_KIND[storage.kind] ?? ("raw" as const),
          size: bytes,
          labels,
        };
  const plan = useDrivePlan(request);
  const problems = plan.view?.problems ?? {};
  const labelProblem = Object.entries(problems).find(([field]) => field.startsWith("labels."))?.[1];
  const shown = (field: string, problem: string | undefined) => (left.has(field) ? problem : undefined);
  const sizeError = bytes === null ? t("wrongSize") : problems.size && say(problems.size);
  const storageWord = (choice: Choice) =>
    t(wordOf(choice.storage), {
      name: visible(choice.storage.name),
      kind: kinds(choice.storage.kind),
      cluster: visible(choice.cluster.name),
    });
  const places = plan.view?.places ?? [];
  return (
    <PlannedForm
      title={t("createTitle")}
      below={t("createBelow")}
      isReady={request !== null}
      plan={plan}
      onConfirm={confirmShown(request)}
      confirm={t("confirmCreate", { count: labels.length })}
      back="/drives"
    >
      <SelectField
        label={t("storage")}
        value={storage.id}
        onChange={(value) => {
          setNodeId("");
          setAddress({ storage: value });
        }}
        options={choices.map((choice) => ({
          value: choice.storage.id,
          word: storageWord(choice),
          disabled: !choice.storage.isEnabled && choice.storage.id !== storage.id,
        }))}
      />
      <FormatField storage={storage} />
      <TextField
        label={t("label")}
        help={t("labelHelp")}
        value={label}
        autoComplete="off"
        error={shown("label", labelProblem && say(labelProblem))}
        onChange={(event) => setLabel(event.target.value)}
        onBlur={() => leave("label")}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <SizeField
          label={t("size")}
          help={number > 1 ? t("sizeHelp") : undefined}
          error={shown("size", sizeError)}
          value={size}
          onChange={setSize}
          onLeave={() => leave("size")}
        />
        <TextField
          label={t("count")}
          help={hasCount && number > 1 ? t("countHelp", { example: `${labels[0]} … ${labels.at(-1)}` }) : undefined}
          inputMode="numeric"
          value={count}
          error={shown("count", hasCount ? undefined : t("wrongCount"))}
          onChange={(event) => setCount(event.target.value)}
          onBlur={() => leave("count")}
        />
      </div>
      <SelectField
        label={t("node")}
        value={nodeId}
        error={problems.nodeId && say(problems.nodeId)}
        onChange={setNodeId}
        options={[
          { value: "", word: t("anyNode") },
          ...places.map(({ nodeId: value, name, free, reason }) => ({
            value,
            word: reason
              ? t("nodeReason", { name: visible(name), reason: say(reason) })
              : t("nodeRoom", { name: visible(name), free: formatBytes(free) }),
            disabled: reason !== null,
          })),
        ]}
      />
    </PlannedForm>
  );
}

/** New drives: on which storage, how large, how many; the plan stands beside the form. */
export function NewDrives({ requestKey }: { requestKey: string }) {
  const t = useTranslations("drives");
  const state = usePanel();
  const [address] = useAddress();
  const choices = choicesOf(state);
  const asked = choices.find((choice) => choice.storage.id === address.get("storage"));
  const chosen = asked ?? choices.find((choice) => nodeCount(choice.cluster) > 0) ?? choices[0];
  if (!chosen)
    return (
      <div className="p-4 sm:p-5">
        <PageHead title={t("create")} />
        <Empty title={t("noClusterTitle")} action={<FirstCluster />}>
          {t("noClusterText")}
        </Empty>
      </div>
    );
  return <NewDrivesForm requestKey={requestKey} choices={choices} chosen={chosen} />;
}
