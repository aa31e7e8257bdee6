"use client";
import { Wrench } from "lucide-react";
import { useTranslations } from "use-intl";
import { Status } from "#components/ui/status.tsx";
import { NODE_WORD_TONE, type NodeWord, nodeWord, warningCount } from "#lib/domain/badges.ts";
import type { NodeView } from "#lib/domain/dto.ts";
import type { NodeLive } from "#lib/domain/live.ts";

/** A node's one word, with the number of warnings where there are some. */
export function useNodeWord(): (word: NodeWord, live: NodeLive | undefined) => string {
  const t = useTranslations("common.node");
  return (word, live) => (word === "warnings" ? t("warnings", { count: live ? warningCount(live) : 0 }) : t(word));
}

export function NodeStatus({
  node,
  live,
  soft = false,
}: {
  node: NodeView;
  live: NodeLive | undefined;
  soft?: boolean;
}) {
  const say = useNodeWord();
  const word = nodeWord(node, live);
  return (
    <Status tone={NODE_WORD_TONE[word]} icon={word === "maintenance" ? Wrench : undefined} soft={soft}>
      {say(word, live)}
    </Status>
  );
}
