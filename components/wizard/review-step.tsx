"use client";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { T } from "#components/text/t.tsx";
import { Facts, Pane } from "#components/ui/layout.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { visible } from "#lib/domain/visible.ts";
import { configLine } from "./storage-line.ts";
import type { DraftForm } from "./use-draft.ts";

/** Everything once more, and what still stands in the way. */
export function ReviewStep({ form }: { form: DraftForm }) {
  const t = useTranslations("wizard.review");
  const words = useTranslations("common");
  const { draft, data } = form;
  // Of a cluster that exists, what is added to it.
  const isAsked = ({ key }: { key: string }) => draft.kind !== "storage" || !draft.fixed.includes(key);
  const storages: ReactNode = (
    <ul className="space-y-0.5">
      {data.storages.filter(isAsked).map((storage) => (
        <li key={storage.key}>
          {visible(storage.name) || "–"} · {words(`kind.${storage.kind}`)} ·{" "}
          <span className="font-mono text-s break-all">{configLine(storage.config)}</span>
          {storage.key === data.mainKey ? ` · ${t("main")}` : ""}
        </li>
      ))}
    </ul>
  );
  const nodes: ReactNode =
    draft.nodes.length === 0 ? (
      t("noNodes")
    ) : (
      <ul className="space-y-0.5">
        {draft.nodes.map((node) => (
          <li key={node.key} className="break-all">
            {visible(node.address)}
            {node.summary.hostname ? ` · ${visible(node.summary.hostname)}` : ""}
          </li>
        ))}
      </ul>
    );
  return (
    <div className="space-y-4">
      <p className="max-w-prose text-ink-2">
        <span className="hidden lg:inline">{t("lead")}</span>
        <span className="lg:hidden">{t("leadPhone")}</span>
      </p>
      <Pane>
        <Facts
          rows={[
            [t("name"), `${visible(data.name) || "–"} · ${words(`virtualization.${data.virtualization}`)}`],
            [t("storages"), storages],
            [t("nodes"), nodes],
          ]}
        />
      </Pane>
      {draft.blockers.length > 0 ? (
        <Notice tone="warn">
          <h3 className="font-semibold">{t("blockers")}</h3>
          <ul className="mt-1 list-disc space-y-0.5 pl-5">
            {draft.blockers.map((blocker) => (
              <li key={`${blocker.key}${JSON.stringify(blocker.values ?? {})}`}>
                <T text={blocker} />
              </li>
            ))}
          </ul>
        </Notice>
      ) : null}
    </div>
  );
}
