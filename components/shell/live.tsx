"use client";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useNodeWord } from "#components/cluster/node-status.tsx";
import { nodeWord, storageWord } from "#lib/domain/badges.ts";
import type { LiveEvent, NodeLive } from "#lib/domain/live.ts";
import { visible } from "#lib/domain/visible.ts";
import { applyLiveEvent } from "#lib/queries/live-cache.ts";
import { connectLive, type LiveLineState } from "#lib/queries/live-client.ts";
import { findNode, PANEL_KEY, type PanelState } from "#lib/queries/panel.ts";
import { leaveForSignIn } from "#lib/queries/sign-in-page.ts";
import { useAnnounce } from "./announcer.tsx";
import { LiveLineContext } from "./live-context.ts";

/** Sentences for what a list of nodes changes in what is known: words only, never figures. */
function useChanges(): (state: PanelState, nodes: NodeLive[]) => string[] {
  const t = useTranslations("pages.announce");
  const tStorage = useTranslations("common.storage");
  const sayNode = useNodeWord();
  return (state, nodes) =>
    nodes.flatMap((next) => {
      const found = findNode(state, next.nodeId);
      const before = state.live[next.nodeId];
      if (!found || !before) return [];
      const name = visible(found.node.name);
      const word = nodeWord(found.node, next);
      const own = word === nodeWord(found.node, before) ? [] : [t("node", { node: name, word: sayNode(word, next) })];
      const others = next.storages.flatMap((storage) => {
        const now = storageWord(storage);
        const was = storageWord(before.storages.find((each) => each.storageId === storage.storageId));
        const view = found.cluster.storages.find((each) => each.id === storage.storageId);
        return now === was || !view
          ? []
          : [t("storage", { storage: visible(view.name), node: name, word: tStorage(now) })];
      });
      return [...own, ...others];
    });
}

/** Keeps the answers of the page current by the event stream, and says status changes to screen readers. */
export function Live({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const t = useTranslations("pages.announce");
  const announce = useAnnounce();
  const changes = useChanges();
  const [line, setLine] = useState<LiveLineState>({ phase: "connecting", since: null });
  // The connection is made once; what it calls is always the latest.
  const latest = useRef({ onEvent: (_event: LiveEvent) => {}, onLine: (_line: LiveLineState) => {} });
  useEffect(() => {
    latest.current = {
      onEvent: (event) => {
        const state = client.getQueryData<PanelState>(PANEL_KEY);
        if (event.type === "nodes" && state) for (const change of changes(state, event.nodes)) announce(change);
        applyLiveEvent(client, event);
      },
      onLine: (next) => {
        if (next.phase === "offline" && line.phase !== "offline") announce(t("offline"));
        if (next.phase === "live" && line.phase === "offline") announce(t("live"));
        setLine((before) => (before.phase === next.phase && next.phase !== "offline" ? before : next));
      },
    };
  });
  useEffect(
    () =>
      connectLive({
        onEvent: (event) => latest.current.onEvent(event),
        onLine: (next) => latest.current.onLine(next),
        onSignedOut: leaveForSignIn,
      }),
    [],
  );
  return <LiveLineContext.Provider value={line}>{children}</LiveLineContext.Provider>;
}
