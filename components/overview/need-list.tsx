"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { T } from "#components/text/t.tsx";
import { Ago } from "#components/text/time.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Pane } from "#components/ui/layout.tsx";
import { ToneIcon, TONE_TEXT } from "#components/ui/status.tsx";
import type { ClusterView, NeedsView } from "#lib/domain/dto.ts";
import { FIRST_NEEDS, type Need } from "#lib/domain/needs.ts";
import { visible } from "#lib/domain/visible.ts";

function NeedRow({ need, cluster, now }: { need: Need; cluster: ClusterView | undefined; now: number }) {
  const t = useTranslations("pages.needs");
  // Two disks may have one fault: the sentence with its values tells them apart.
  const details = need.details.map((detail) => <T key={JSON.stringify(detail)} text={detail} />);
  return (
    <li className="flex items-start gap-4 border-line px-3.5 py-3 not-first:border-t">
      <span className={`pt-0.5 ${TONE_TEXT[need.tone]}`}>
        <ToneIcon tone={need.tone} />
      </span>
      <div className="flex min-w-0 flex-1 flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-72">
          <h3 className="font-semibold break-words">
            <T text={need.title} />
          </h3>
          <p className="mt-0.5 text-s break-words text-ink-2">
            {cluster ? visible(cluster.name) : null}
            {details.map((detail, index) => (
              <span key={detail.key}>
                {cluster || index > 0 ? " · " : ""}
                {detail}
              </span>
            ))}
          </p>
        </div>
        <div className="flex basis-full flex-wrap items-center gap-x-3 gap-y-2 sm:basis-auto">
          {need.since ? (
            <span className="text-s text-ink-3">
              {t.rich("since", { span: () => <Ago iso={need.since ?? ""} now={now} plain /> })}
            </span>
          ) : null}
          <LinkButton small href={need.action.href}>
            <T text={need.action.label} />
          </LinkButton>
        </div>
      </div>
    </li>
  );
}

/** What needs a person, worst first, each with its one action. */
export function NeedList({ needs, clusters, now }: { needs: NeedsView; clusters: ClusterView[]; now: number }) {
  const t = useTranslations("pages.overview");
  const [all, setAll] = useState(false);
  const shown = all ? needs.first : needs.first.slice(0, FIRST_NEEDS);
  return (
    <Pane className="mt-4">
      <h2 className="sr-only">{t("needsList")}</h2>
      <ul>
        {shown.map((need) => (
          <NeedRow
            key={need.id}
            need={need}
            cluster={clusters.find((cluster) => cluster.id === need.clusterId)}
            now={now}
          />
        ))}
      </ul>
      {needs.count > FIRST_NEEDS ? (
        <div className="border-t border-line px-2 py-1.5">
          <Button small look="quiet" onClick={() => setAll(!all)} aria-expanded={all}>
            {all ? t("needsFewer") : t("needsAll", { count: needs.count })}
          </Button>
        </div>
      ) : null}
    </Pane>
  );
}
