"use client";
import { useTranslations } from "use-intl";
import { T } from "#components/text/t.tsx";
import { Clock } from "#components/text/time.tsx";
import { Pane, Section } from "#components/ui/layout.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Status, Tag } from "#components/ui/status.tsx";
import type { Tone } from "#lib/domain/badges.ts";
import { type Disk, type DiskSmart, type DiskUse, isFaulty, type NodeDisks } from "#lib/domain/disks.ts";
import { formatBytes, formatPercent } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";

const HEALTH_TONE: Record<DiskSmart["health"], Tone> = { passed: "ok", failed: "bad", unknown: "unknown" };

/** What the disk says of itself; what it does not say has no word. */
function useSaid(): (smart: DiskSmart) => { word: string; isBad: boolean }[] {
  const t = useTranslations("node.disks");
  return (smart) => {
    const { temperature, powerOnHours, reallocated, pending, wear, mediaErrors } = smart;
    const said: { word: string; isBad: boolean }[] = [];
    const add = (word: string, isBad = false) => said.push({ word, isBad });
    if (temperature !== null) add(t("temperature", { value: temperature }));
    if (reallocated !== null) add(t("reallocated", { value: reallocated }), isFaulty("reallocated", smart));
    if (pending !== null) add(t("pending", { value: pending }), isFaulty("pending", smart));
    if (mediaErrors !== null) add(t("mediaErrors", { value: mediaErrors }), isFaulty("mediaErrors", smart));
    if (wear !== null) add(t("wear", { percent: formatPercent(wear) }), isFaulty("wear", smart));
    if (powerOnHours !== null) add(t("hours", { value: powerOnHours }));
    return said;
  };
}

function Health({ smart }: { smart: DiskSmart | null }) {
  const t = useTranslations("node.disks");
  if (!smart) return <Status tone="unknown">{t("notAsked")}</Status>;
  return <Status tone={HEALTH_TONE[smart.health]}>{t(`smart-${smart.health}`)}</Status>;
}

function Use({ use }: { use: DiskUse }) {
  const t = useTranslations("node.disks");
  const values = { name: visible(use.name), type: visible(use.type) };
  const words = use.fileSystem ? t("useWith", { ...values, fileSystem: visible(use.fileSystem) }) : t("use", values);
  const mounts = use.mounts.map(visible).join(", ");
  return (
    <li className="break-words">
      {words}
      {mounts ? ` ${t("mountedOn", { mounts })}` : ""}
    </li>
  );
}

function DiskLine({ disk }: { disk: Disk }) {
  const t = useTranslations("node.disks");
  const said = useSaid();
  const { name, byId, model, serial, size, rotational, smart, uses } = disk;
  const about = [model && visible(model), serial && t("serial", { serial: visible(serial) })].filter(Boolean);
  return (
    <li className="space-y-1 border-line px-3.5 py-2.5 not-first:border-t">
      <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <span className="font-mono font-medium break-all">{visible(name)}</span>
        <span>{formatBytes(size)}</span>
        {rotational === null ? null : <Tag>{t(rotational ? "hdd" : "ssd")}</Tag>}
        <Health smart={smart} />
      </p>
      {about.length > 0 ? <p className="text-s break-words text-ink-2">{about.join(" · ")}</p> : null}
      {byId ? <p className="font-mono text-xs break-all text-ink-2">{visible(byId)}</p> : null}
      {smart ? (
        <p className="flex flex-wrap gap-x-3 text-s">
          {smart.reason ? (
            <span className="break-words text-ink-2">
              <T text={smart.reason} />
            </span>
          ) : null}
          {said(smart).map(({ word, isBad }) => (
            <span key={word} className={isBad ? "font-medium text-warn" : "text-ink-2"}>
              {word}
            </span>
          ))}
        </p>
      ) : null}
      {uses.length === 0 ? (
        <p className="text-s text-ink-2">{t("unused")}</p>
      ) : (
        <ul aria-label={t("usedBy")} className="list-disc pl-5 text-s text-ink-2">
          {uses.map((use) => (
            <Use key={`${use.type}-${use.name}`} use={use} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** The node's disks with their health, as they were read last. */
export function DisksOfNode({ disks, now }: { disks: NodeDisks; now: number }) {
  const t = useTranslations("node.disks");
  const { report, measuredAt, problem } = disks;
  const when = measuredAt ? (
    <span className="text-s text-ink-2">{t.rich("read", { at: () => <Clock iso={measuredAt} now={now} /> })}</span>
  ) : undefined;
  return (
    <Section title={t("title")} beside={when}>
      <div className="space-y-2">
        {problem ? (
          <Notice tone="warn">
            <T text={problem} />
          </Notice>
        ) : null}
        {report && !report.hasSmartctl ? <Notice tone="unknown">{t("noTool")}</Notice> : null}
        {report && report.disks.length > 0 ? (
          <Pane>
            <ul>
              {report.disks.map((disk) => (
                <DiskLine key={disk.name} disk={disk} />
              ))}
            </ul>
          </Pane>
        ) : (
          <p className="text-ink-2">{report ? t("none") : t("coming")}</p>
        )}
      </div>
    </Section>
  );
}
