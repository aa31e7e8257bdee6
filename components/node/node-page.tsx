"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { Why } from "#components/cluster/cause.tsx";
import { NodeStatus } from "#components/cluster/node-status.tsx";
import { RecheckButton } from "#components/cluster/recheck-button.tsx";
import { FiguresAge } from "#components/live/age.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { StorageOnNode } from "#components/storage/storage-on-node.tsx";
import { Clock } from "#components/text/time.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { PageHead, Pane, Section } from "#components/ui/layout.tsx";
import { nodeWord } from "#lib/domain/badges.ts";
import { storageOrder } from "#lib/domain/cluster-summary.ts";
import type { ClusterView, NodeHistory as History, NodeDetails, NodeView } from "#lib/domain/dto.ts";
import { showsOtherHostKey } from "#lib/domain/node.ts";
import { visible } from "#lib/domain/visible.ts";
import { detailsQuery } from "#lib/queries/details.ts";
import { findNode } from "#lib/queries/panel.ts";
import { OtherHostKey } from "./host-key.tsx";
import { NodeActions } from "./node-actions.tsx";
import { DisksOfNode } from "./node-disks.tsx";
import { NodeFacts } from "./node-facts.tsx";
import { NodeFiguresPane } from "./node-figures.tsx";
import { NodeHistory } from "./node-history.tsx";

interface Asked {
  history: History;
  details: NodeDetails;
}

function NodeContent({ cluster, node, history, details: first }: Asked & { cluster: ClusterView; node: NodeView }) {
  const t = useTranslations("pages.node");
  const state = usePanel();
  const { data: details } = useQuery({ ...detailsQuery(node.id), initialData: first });
  const live = state.live[node.id];
  const word = nodeWord(node, live);
  const isWell = word === "active" || word === "maintenance";
  return (
    <div className="p-4 sm:p-5">
      <PageHead
        title={visible(node.name)}
        beside={<NodeStatus node={node} live={live} soft />}
        below={
          <>
            <span className="font-mono text-s">{visible(node.address)}</span> · {visible(cluster.name)} ·{" "}
            <FiguresAge ageMs={live?.figuresAgeMs} at={live?.at} />
            {live?.since ? (
              <>
                {" · "}
                {t.rich("since", { at: () => <Clock iso={live.since ?? ""} now={state.sentAt} /> })}
              </>
            ) : null}
          </>
        }
        actions={isWell ? <RecheckButton nodeId={node.id} /> : undefined}
      />
      {isWell ? null : <Why cluster={cluster} node={node} live={live} now={state.sentAt} here />}
      {showsOtherHostKey({ health: live?.health, reason: live?.reason ?? null }) ? (
        <OtherHostKey nodeId={node.id} />
      ) : null}
      <div className="grid gap-x-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0">
          <Section title={t("figures")}>
            <NodeFiguresPane live={live} />
          </Section>
          <Section title={t("storages")}>
            {cluster.storages.length === 0 ? (
              <p className="text-ink-2">{t("storagesNone")}</p>
            ) : (
              <Pane className="overflow-hidden">
                {storageOrder(cluster.storages).map((storage) => (
                  <StorageOnNode
                    key={storage.id}
                    node={node}
                    storage={storage}
                    live={live}
                    now={state.sentAt}
                    first={details}
                    title="storage"
                    open
                    quiet={!isWell}
                  />
                ))}
              </Pane>
            )}
          </Section>
          <DisksOfNode disks={details.disks} now={state.sentAt} />
          <Section title={t("history")}>
            <NodeHistory nodeId={node.id} name={node.name} now={state.sentAt} initial={history} />
          </Section>
        </div>
        <div className="min-w-0">
          <Section title={t("facts")} className="min-w-0">
            <NodeFacts node={node} details={details} now={state.sentAt} />
          </Section>
          <NodeActions node={node} live={live} />
        </div>
      </div>
    </div>
  );
}

/** A node: its state and why, figures, storages, history, facts. */
export function NodePage({ id, ...asked }: Asked & { id: string }) {
  const t = useTranslations("pages.node");
  const found = findNode(usePanel(), id);
  return found ? <NodeContent key={id} {...found} {...asked} /> : <Gone>{t("gone")}</Gone>;
}
