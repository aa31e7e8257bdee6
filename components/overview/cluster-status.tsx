"use client";
import { Wrench } from "lucide-react";
import { useTranslations } from "use-intl";
import { Status } from "#components/ui/status.tsx";
import { badness, NODE_WORD_TONE, type NodeWord } from "#lib/domain/badges.ts";
import { countWords, nodeCount } from "#lib/domain/cluster-summary.ts";
import type { ClusterView } from "#lib/domain/dto.ts";
import type { NodeLive } from "#lib/domain/live.ts";

type Trouble = Exclude<NodeWord, "active">;

/** The words of a cluster's nodes that are not simply active, worst first. */
export function useTroubles(cluster: ClusterView, live: Record<string, NodeLive>): { word: Trouble; label: string }[] {
  const t = useTranslations("pages.overview.count");
  return Object.entries(countWords(cluster, live))
    .map(([word, count]) => ({ word: word as NodeWord, count }))
    .filter((each): each is { word: Trouble; count: number } => each.word !== "active")
    .sort((a, b) => badness(a.word) - badness(b.word))
    .map(({ word, count }) => ({ word, label: t(word, { count }) }));
}

/** A cluster in one line: the worst word's tone, all counts. */
export function ClusterStatus({ cluster, live }: { cluster: ClusterView; live: Record<string, NodeLive> }) {
  const t = useTranslations("pages.overview");
  const troubles = useTroubles(cluster, live);
  const worst = troubles[0];
  if (nodeCount(cluster) === 0) return <Status tone="unknown">{t("noNodesShort")}</Status>;
  if (!worst) return <Status tone="ok">{t("allActive")}</Status>;
  return (
    <Status tone={NODE_WORD_TONE[worst.word]} icon={worst.word === "maintenance" ? Wrench : undefined}>
      {troubles.map((trouble) => trouble.label).join(", ")}
    </Status>
  );
}
