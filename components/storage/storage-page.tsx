"use client";
import { useTranslations } from "use-intl";
import { AddNodesButton } from "#components/cluster/add-nodes-button.tsx";
import { useDrives } from "#components/drive/use-drives.ts";
import { StorageDrives } from "#components/drive/storage-drives.tsx";
import { Age, STORAGE_STALE_MS, useStaleAge } from "#components/live/age.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useText } from "#components/text/t.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { Empty, Facts, PageHead, Pane, Section } from "#components/ui/layout.tsx";
import { Status, Tag } from "#components/ui/status.tsx";
import { STORAGE_WORD_TONE, type StorageWord } from "#lib/domain/badges.ts";
import {
  countStorageWords,
  measuredCount,
  newestLook,
  nodeCount,
  sharingStorages,
  storageTotals,
} from "#lib/domain/cluster-summary.ts";
import type { ClusterView, FormField, NodeDetails, StorageView } from "#lib/domain/dto.ts";
import { FORMAT_BY_KIND } from "#lib/domain/storage.ts";
import { visible } from "#lib/domain/visible.ts";
import type { FirstDrives } from "#lib/queries/drives.ts";
import { findStorage } from "#lib/queries/panel.ts";
import { WideCapacity } from "./figures.tsx";
import { Growth } from "./growth.tsx";
import { DisabledNotice, StorageActions } from "./storage-actions.tsx";
import { StorageNodes } from "./storage-nodes.tsx";
import { ThresholdsFact } from "./thresholds.tsx";

function Configuration({
  storage,
  cluster,
  fields,
}: {
  storage: StorageView;
  cluster: ClusterView;
  fields: FormField[];
}) {
  const t = useTranslations("pages.storage");
  const tCapacity = useTranslations("capacity");
  const say = useText();
  const format = FORMAT_BY_KIND[storage.kind];
  const common = useTranslations("common");
  const mono = (value: string) => <span className="font-mono text-s break-all">{visible(value)}</span>;
  const rowsOf = (values: StorageView["config"], labelOf: (label: string) => string) =>
    fields.flatMap(({ name, label, widget }) => {
      const value = values[name];
      // Secrets are never read, and what was left empty says nothing.
      if (widget === "secret" || value === undefined || value === "") return [];
      const words = typeof value === "boolean" ? common(value ? "yes" : "no") : mono(String(value));
      return [[labelOf(say(label)), words] as const];
    });
  const more = (storage.more ?? []).flatMap((values, index) =>
    rowsOf(values, (label) => t("further", { label, number: String(index + 2) })),
  );
  return (
    <Pane>
      <Facts
        rows={[
          ...rowsOf(storage.config, (label) => label),
          ...more,
          [t("imageDir"), mono(cluster.imageDir)],
          [t("shareDir"), mono(cluster.shareDir)],
          [tCapacity("thresholds"), <ThresholdsFact key="thresholds" storage={storage} />],
          ...(format ? [[t("drives"), format === "raw" ? t("preallocated") : t("grown")] as const] : []),
        ]}
      />
      <p className="border-t border-line px-3.5 py-2 text-s text-ink-2">{t("clusterDirs")}</p>
    </Pane>
  );
}

/** Its space over all nodes: of one that all of them see as the newest look had it, with that one's age once it is old. */
function Space({ storage, cluster }: { storage: StorageView; cluster: ClusterView }) {
  const t = useTranslations("pages.storage");
  const { live } = usePanel();
  const look = storage.shared ? newestLook(storage, cluster, live) : null;
  const isStale = useStaleAge(look?.ageMs, look?.at, STORAGE_STALE_MS) !== "";
  const totals = storageTotals(storage, cluster, live);
  const nodes = { count: nodeCount(cluster), measured: measuredCount(storage, cluster, live) };
  const sharing = sharingStorages(storage, cluster, live);
  if (!totals) return null;
  return (
    <Pane className="px-3.5 py-3">
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-5">
        <h2 className="text-s font-medium text-ink-2">
          {storage.shared ? t("sharedSize") : t(nodes.measured < nodes.count ? "someNodes" : "allNodes", nodes)}
        </h2>
        <Age ageMs={look?.ageMs} at={look?.at} staleMs={STORAGE_STALE_MS} />
      </div>
      <WideCapacity figures={totals} label={visible(storage.name)} stale={isStale} storageId={storage.id} />
      {sharing.length > 0 ? (
        <p className="mt-2 max-w-prose text-s">
          {t("sharing", { names: sharing.map((other) => visible(other.name)).join(", "), count: sharing.length })}
        </p>
      ) : null}
    </Pane>
  );
}

interface Asked {
  /** By node; empty where there are too many to open them all. */
  details: Record<string, NodeDetails>;
  drives: FirstDrives;
  /** Of its type's form, in order. */
  fields: FormField[];
}

interface ContentProps extends Asked {
  cluster: ClusterView;
  storage: StorageView;
}

function StorageContent({ cluster, storage, details, drives, fields }: ContentProps) {
  const t = useTranslations("pages.storage");
  const tStatus = useTranslations("common.storage");
  const tCommon = useTranslations("common");
  const tLife = useTranslations("life");
  const all = useDrives(drives);
  const state = usePanel();
  const words = Object.entries(countStorageWords(storage, cluster, state.live)) as [StorageWord, number][];
  const troubles = words
    .map(([word, count]) => ({ word, count, tone: STORAGE_WORD_TONE[word] }))
    .filter((each) => each.tone === "bad" || each.tone === "warn");
  const worst = troubles.find((each) => each.tone === "bad") ?? troubles[0];
  const format = FORMAT_BY_KIND[storage.kind];
  return (
    <div className="p-4 sm:p-5">
      <PageHead
        title={visible(storage.name)}
        beside={
          <>
            <Tag>{tCommon(`kind.${storage.kind}`)}</Tag>
            {format ? <Tag>{tCommon(`format.${format}`)}</Tag> : null}
            {storage.isMain ? <Tag>{t("main")}</Tag> : null}
            {storage.isEnabled ? null : <Tag>{tLife("disabled")}</Tag>}
            {worst ? (
              <Status tone={worst.tone} soft>
                {t("troubleOn", {
                  word: tStatus(worst.word),
                  count: troubles.reduce((sum, each) => sum + each.count, 0),
                })}
              </Status>
            ) : null}
          </>
        }
        below={`${visible(cluster.name)} · ${storage.shared ? t("shared") : t("local")}`}
        actions={<StorageActions storage={storage} drives={all.fits} />}
      />
      <DisabledNotice storage={storage} />
      <Space storage={storage} cluster={cluster} />
      <div className="grid gap-x-5 lg:grid-cols-[minmax(0,1fr)_24rem] lg:grid-rows-[auto_1fr]">
        <div className="min-w-0 lg:col-start-2">
          <Growth storage={storage} cluster={cluster} />
        </div>
        <Section title={t("nodes")} className="min-w-0 lg:col-start-1 lg:row-span-2 lg:row-start-1">
          {nodeCount(cluster) === 0 ? (
            <Empty title={t("nodesNoneTitle")} action={<AddNodesButton clusterId={cluster.id} />}>
              {t("nodesNone")}
            </Empty>
          ) : (
            <StorageNodes cluster={cluster} storage={storage} details={details} />
          )}
        </Section>
        <Section title={t("config")} className="min-w-0 lg:col-start-2">
          <Configuration storage={storage} cluster={cluster} fields={fields} />
        </Section>
      </div>
      <StorageDrives storageId={storage.id} all={all} />
    </div>
  );
}

/** A storage: what it is, its space, and how it is on each node. */
export function StoragePage({ id, ...asked }: Asked & { id: string }) {
  const t = useTranslations("pages.storage");
  const found = findStorage(usePanel(), id);
  return found ? <StorageContent key={id} {...found} {...asked} /> : <Gone>{t("gone")}</Gone>;
}
