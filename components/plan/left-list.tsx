"use client";
import { useTranslations } from "use-intl";
import { T } from "#components/text/t.tsx";
import { CommandOutput } from "#components/ui/code.tsx";
import type { LeftOnNode } from "#lib/domain/planned.ts";
import { renderCommand } from "#lib/domain/render-command.ts";
import { visible } from "#lib/domain/visible.ts";

/** What stays on nodes that can't be asked now, with the commands that would have taken it away. `about`: what can be done. */
export function LeftList({
  left,
  count = left.length,
  about,
}: {
  left: readonly LeftOnNode[];
  /** How many nodes there are, where these are only the first. */
  count?: number | undefined;
  about: string;
}) {
  const t = useTranslations("life.removal");
  const more = count - left.length;
  return (
    <section aria-labelledby="left" className="space-y-3">
      <h2 id="left" className="font-semibold">
        {t("left")}
      </h2>
      <p className="text-ink-2">{about}</p>
      <ul className="space-y-3">
        {left.map(({ nodeId, node, reason, steps }) => (
          <li key={nodeId} className="rounded-m border border-line bg-surface px-3.5 py-3">
            <p>
              <span className="font-semibold break-all">{visible(node)}</span>{" "}
              <span className="text-ink-2">
                <T text={reason} />
              </span>
            </p>
            <ul className="mt-1.5 space-y-1.5">
              {steps.map((step) => (
                <li key={step.id}>
                  <p className="break-words">
                    <T text={step.title} />
                  </p>
                  <CommandOutput host={visible(node)} command={renderCommand(step.command)} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {more > 0 ? <p className="text-ink-2">{t("leftMore", { count: more })}</p> : null}
    </section>
  );
}
