"use client";
import { useTranslations } from "use-intl";
import { Clock } from "#components/text/time.tsx";
import { Facts, Pane } from "#components/ui/layout.tsx";
import type { NodeDetails, NodeView } from "#lib/domain/dto.ts";
import { formatBytes } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";

/** Facts that have words of their own, in this order; whatever else the join saw stands below under its own name. */
const KNOWN = ["system", "kernel", "cpuModel", "threads", "memory"] as const;

function shown(name: string, value: unknown): string | null {
  if (typeof value === "number") return name === "memory" ? formatBytes(value) : String(value);
  if (typeof value === "string" && value !== "") return visible(value);
  return null;
}

/** How the node is reached, and what it is made of, as the join saw it. */
export function NodeFacts({ node, details, now }: { node: NodeView; details: NodeDetails; now: number }) {
  const t = useTranslations("pages.node");
  const mono = (value: string) => <span className="font-mono text-s break-all">{visible(value)}</span>;
  const known = KNOWN.flatMap((name) => {
    const value = shown(name, details.facts[name]);
    return value === null ? [] : [[t(`fact.${name}`), value] as const];
  });
  const others = Object.entries(details.facts).flatMap(([name, fact]) => {
    const value = shown(name, fact);
    return value === null || KNOWN.some((each) => each === name) ? [] : [[visible(name), value] as const];
  });
  return (
    <Pane>
      <Facts
        rows={[
          [t("address"), mono(details.port === 22 ? node.address : `${node.address}:${details.port}`)],
          [t("user"), mono(details.user)],
          [t("hostKey"), mono(details.fingerprint)],
          [t("ownKey"), details.keyMadeAt ? <Clock key="key" iso={details.keyMadeAt} now={now} /> : t("noKey")],
          [t("membership"), t(node.membership)],
          [t("mode"), node.mode === "maintenance" ? t("maintenance") : t("inService")],
          [t("joined"), <Clock key="joined" iso={details.createdAt} now={now} />],
        ]}
      />
      {known.length + others.length > 0 ? (
        <div className="border-t border-line">
          <Facts rows={[...known, ...others]} />
        </div>
      ) : null}
    </Pane>
  );
}
