"use client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Pane, Section } from "#components/ui/layout.tsx";
import type { NodeView } from "#lib/domain/dto.ts";
import type { NodeLive } from "#lib/domain/live.ts";
import { nodeObstacle, type NodeVerb } from "#lib/domain/node.ts";
import { concernsQuery } from "#lib/queries/nodes.ts";
import { ModeButton } from "./maintenance.tsx";

/** Verbs with a page of their own. */
type PageVerb = "edit" | "leftovers" | "rotate-key" | "remove";

function Line({ about, children }: { about: string; children: ReactNode }) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line px-3.5 py-2.5 not-first:border-t">
      <span className="text-ink-2">{about}</span>
      {children}
    </li>
  );
}

function PageButton({ verb, nodeId, reason }: { verb: PageVerb; nodeId: string; reason: string | null }) {
  const t = useTranslations("node.verb");
  const look = verb === "remove" ? "danger" : "secondary";
  if (reason)
    return (
      <Button small look={look} reason={reason}>
        {t(verb)}
      </Button>
    );
  return (
    <LinkButton small look={look} href={`/nodes/${nodeId}/${verb}`}>
      {t(verb)}
    </LinkButton>
  );
}

/** Everything that can be done to a node; what can't be done now says why. */
export function NodeActions({ node, live }: { node: NodeView; live: NodeLive | undefined }) {
  const t = useTranslations("node.actions");
  const say = useText();
  const concerns = useQuery(concernsQuery(node.id));
  const tasks = concerns.data?.tasks ?? [];
  const reasonOf = (verb: NodeVerb): string | null => {
    const obstacle = nodeObstacle(verb, { ...node, health: live?.health, reason: live?.reason ?? null, tasks });
    return obstacle && say(obstacle);
  };
  const mode = node.mode === "in-service" ? "maintenance" : "in-service";
  return (
    <Section title={t("title")} className="min-w-0">
      <Pane>
        <ul>
          <Line about={t("edit")}>
            <PageButton verb="edit" nodeId={node.id} reason={reasonOf("edit")} />
          </Line>
          <Line about={t(mode)}>
            <ModeButton node={node} concerns={concerns} reason={reasonOf(mode)} />
          </Line>
          <Line about={t("leftovers")}>
            <PageButton verb="leftovers" nodeId={node.id} reason={null} />
          </Line>
          {(["rotate-key", "remove"] as const).map((verb) => (
            <Line key={verb} about={t(verb)}>
              <PageButton verb={verb} nodeId={node.id} reason={reasonOf(verb)} />
            </Line>
          ))}
        </ul>
      </Pane>
    </Section>
  );
}
