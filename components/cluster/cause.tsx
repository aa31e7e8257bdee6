"use client";
import { useTranslations } from "use-intl";
import { StorageStatus } from "#components/storage/storage-status.tsx";
import { T } from "#components/text/t.tsx";
import { Clock, useTicking } from "#components/text/time.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { CommandOutput } from "#components/ui/code.tsx";
import type { ClusterView, NodeView } from "#lib/domain/dto.ts";
import type { Cause, StorageLive } from "#lib/domain/live.ts";
import type { Text } from "#lib/domain/text.ts";
import { isStorageWrong } from "#lib/domain/badges.ts";
import { formatSpan } from "#lib/domain/units.ts";
import { visible, visibleOutput } from "#lib/domain/visible.ts";
import type { ClientNodeLive } from "#lib/queries/panel.ts";
import { RecheckButton } from "./recheck-button.tsx";

function CheckedAgo({ ageMs, at }: { ageMs: number; at: number | undefined }) {
  const t = useTranslations("pages.cluster");
  const span = useTicking((now) => formatSpan(ageMs + (at === undefined ? 0 : now - at)), formatSpan(ageMs));
  return <>{t("checkedAgain", { span })}</>;
}

function Times({ storage, at, now }: { storage: StorageLive; at: number | undefined; now: number }) {
  const t = useTranslations("pages.cluster");
  return (
    <p className="text-s text-ink-2">
      {storage.since ? (
        <>
          {t("firstFailed")} <Clock iso={storage.since} now={now} />
        </>
      ) : null}
      {storage.confirmedAt ? (
        <>
          {" · "}
          {t("confirmed")} <Clock iso={storage.confirmedAt} now={now} />
        </>
      ) : null}
      {storage.checkedAgeMs !== null ? (
        <>
          {storage.since || storage.confirmedAt ? " · " : ""}
          <CheckedAgo ageMs={storage.checkedAgeMs} at={at} />
          {storage.checks > 1 ? ` · ${t("checks", { count: storage.checks })}` : ""}
        </>
      ) : null}
    </p>
  );
}

/** The failing check in full: what, the command, what it printed, what was expected. */
export function CauseBlock({ cause, node }: { cause: Cause; node: string }) {
  const t = useTranslations("pages.cluster");
  return (
    <>
      <p className="font-semibold break-words">
        <T text={cause.reason} />
      </p>
      {cause.command ? <CommandOutput host={visible(node)} command={cause.command} output={cause.output} /> : null}
      {cause.expected ? (
        <p className="font-mono text-s break-all text-ink-2">
          {t("expected", { value: visibleOutput(cause.expected) })}
        </p>
      ) : null}
    </>
  );
}

function StorageWhy({
  storage,
  name,
  node,
  at,
  now,
}: {
  storage: StorageLive;
  name: string;
  node: NodeView;
  at: number | undefined;
  now: number;
}) {
  const t = useTranslations("pages.cluster");
  return (
    <li className="space-y-2 border-line not-first:mt-3 not-first:border-t not-first:pt-3">
      <p className="flex flex-wrap items-center gap-x-2">
        <span className="font-semibold">{visible(name)}</span>
        <StorageStatus live={storage} />
      </p>
      {storage.cause ? (
        <CauseBlock cause={storage.cause} node={node.name} />
      ) : (
        <p className="text-ink-2">{t("noCause")}</p>
      )}
      <Times storage={storage} at={at} now={now} />
    </li>
  );
}

interface Props {
  cluster: ClusterView;
  node: NodeView;
  live: ClientNodeLive | undefined;
  now: number;
  /** On the node's own page the way there is left out. */
  here?: boolean;
}

/** Why a node is not simply active: its own reason and every storage that is not well. */
export function Why({ cluster, node, live, now, here = false }: Props) {
  const t = useTranslations("pages.cluster");
  const wrong = (live?.storages ?? []).filter(isStorageWrong);
  const reason: Text | null = live?.reason ?? null;
  // The main storage's cause is the node's as well; it is said once, with the storage and its times.
  const ownCause = wrong.some((storage) => storage.cause) ? null : (live?.cause ?? null);
  const said = [...(live?.warnings ?? []), ...(live?.diskFaults ?? []).map((fault) => fault.text)];
  const isWell = live?.health === "active" && wrong.length === 0 && said.length === 0;
  const trouble =
    live?.health === "corrupted" || live?.health === "unreachable"
      ? "border-bad-mark bg-bad-soft"
      : "border-warn-mark bg-warn-soft";
  const tone = isWell ? "border-ok-mark bg-ok-soft" : trouble;
  const name = (id: string) => cluster.storages.find((storage) => storage.id === id)?.name ?? id;
  return (
    <div className={`flex flex-wrap items-start gap-3 rounded-m border border-l-[3px] px-3.5 py-3 ${tone}`}>
      <div className="min-w-0 flex-1 basis-80 space-y-2">
        {reason && live?.reason?.key !== wrong[0]?.cause?.reason.key ? (
          <p className="font-semibold break-words">
            <T text={reason} />
          </p>
        ) : null}
        {ownCause ? <CauseBlock cause={ownCause} node={node.name} /> : null}
        {!reason && !ownCause && wrong.length === 0 && said.length === 0 ? (
          <p>{isWell ? t("wellAgain") : t("noCause")}</p>
        ) : null}
        {said.map((warning) => (
          <p key={`${warning.key}-${JSON.stringify(warning.values ?? {})}`}>
            <T text={warning} />
          </p>
        ))}
        {wrong.length > 0 ? (
          <ul>
            {wrong.map((storage) => (
              <StorageWhy
                key={storage.storageId}
                storage={storage}
                name={name(storage.storageId)}
                node={node}
                at={live?.at}
                now={now}
              />
            ))}
          </ul>
        ) : null}
      </div>
      <div className="flex flex-wrap gap-2">
        <RecheckButton nodeId={node.id} />
        {here ? null : (
          <LinkButton small href={`/nodes/${node.id}`}>
            {t("openNode")}
          </LinkButton>
        )}
      </div>
    </div>
  );
}
