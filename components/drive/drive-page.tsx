"use client";
import Link from "next/link";
import { Fragment, type ReactNode } from "react";
import { useTranslations } from "use-intl";
import { FiguresAge, STORAGE_STALE_MS, useStaleAge } from "#components/live/age.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { WideCapacity } from "#components/storage/figures.tsx";
import { Clock } from "#components/text/time.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { Facts, PageHead, Pane, Section } from "#components/ui/layout.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Tag } from "#components/ui/status.tsx";
import { type DriveView, driveWord } from "#lib/domain/drive.ts";
import { formatBytes, formatUsage } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import type { FirstDrives } from "#lib/queries/drives.ts";
import { findStorage, type PanelState } from "#lib/queries/panel.ts";
import { ProtectButton, VerbButton } from "./drive-actions.tsx";
import { DriveStatus } from "./drive-status.tsx";
import { type Drives, useDrives } from "./use-drives.ts";

function factRows(
  drive: DriveView,
  nodes: Drives["nodes"],
  state: PanelState,
  t: ReturnType<typeof useTranslations<"drives">>,
) {
  const found = findStorage(state, drive.storageId);
  const link = (href: string, name: string) => (
    <Link href={href} prefetch={false} className="-my-0.5 inline-flex min-h-6 min-w-6 items-center break-all">
      {visible(name)}
    </Link>
  );
  const { measured } = drive;
  const isOn = measured?.isOpen ? "inUse" : measured?.isActive ? "active" : "inactive";
  const knows = measured && (measured.isActive !== null || measured.isOpen);
  const rows: (readonly [string, ReactNode])[] = [
    [
      t("id"),
      <span key="id" className="font-mono text-s break-all">
        {drive.id}
      </span>,
    ],
    [t("column.storage"), found ? link(`/storages/${drive.storageId}`, found.storage.name) : "–"],
    [t("column.node"), drive.nodeId ? link(`/nodes/${drive.nodeId}`, nodes[drive.nodeId] ?? "") : t("allNodes")],
    [t("cluster"), found ? link(`/clusters/${found.cluster.id}`, found.cluster.name) : "–"],
    [t("owner"), drive.ownerVmId ?? t("noOwner")],
    [t("column.size"), formatBytes(drive.size)],
    [t("column.used"), formatUsage(measured?.used, drive.size)],
    ...(knows
      ? [
          [
            t("activation"),
            <span key="activation" className="flex flex-wrap items-center gap-x-1.5">
              {t(isOn)}
              {(measured.activeOn ?? []).map((id) => (
                <Fragment key={id}>{link(`/nodes/${id}`, nodes[id] ?? id)}</Fragment>
              ))}
            </span>,
          ] as const,
        ]
      : []),
    [t("created"), <Clock key="created" iso={drive.createdAt} now={state.sentAt} />],
  ];
  return rows;
}

function Action({
  verb,
  children,
}: {
  verb: "grow" | "rename" | "activate" | "deactivate" | "delete" | "protect" | "unprotect";
  children: ReactNode;
}) {
  const t = useTranslations("drives.about");
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line px-3.5 py-2.5 not-first:border-t">
      <span className="text-ink-2">{t(verb, { count: 1 })}</span>
      {children}
    </li>
  );
}

function DriveContent({ drive, all }: { drive: DriveView; all: Drives }) {
  const t = useTranslations("drives");
  const format = useTranslations("common.format")(drive.format);
  const show = useTranslations("common")("show");
  const state = usePanel();
  const { measured } = drive;
  const stale = useStaleAge(measured?.ageMs, all.at, STORAGE_STALE_MS) !== "";
  const word = driveWord(drive);
  const protection = drive.isProtected ? "unprotect" : "protect";
  const used = measured?.used ?? null;
  const figures = { size: drive.size, used, allocated: null, free: used === null ? null : drive.size - used };
  return (
    <div className="p-4 sm:p-5">
      <PageHead
        title={visible(drive.label)}
        beside={
          <>
            <Tag>{format}</Tag>
            <DriveStatus drive={drive} soft />
          </>
        }
        below={<FiguresAge ageMs={measured?.ageMs ?? drive.checkedAgeMs} at={all.at} />}
      />
      {drive.taskId ? (
        <Notice
          tone="busy"
          actions={
            <LinkButton small href={`/tasks/${drive.taskId}`}>
              {show}
            </LinkButton>
          }
        >
          {t("working")}
        </Notice>
      ) : word === "missing" || word === "failed" ? (
        <Notice tone="bad">{t(`${word}Text`)}</Notice>
      ) : null}
      <div className="grid gap-x-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0">
          <Section title={t("column.used")}>
            <Pane className="px-3.5 py-3">
              {measured ? (
                <WideCapacity figures={figures} label={visible(drive.label)} stale={stale} />
              ) : (
                <p className="text-ink-2">{t("notMeasured")}</p>
              )}
            </Pane>
          </Section>
          <Section title={t("actions")}>
            <Pane>
              <ul>
                {(["grow", "rename", "activate", "deactivate"] as const).map((verb) => (
                  <Action key={verb} verb={verb}>
                    <VerbButton verb={verb} drives={[drive]} all={all} />
                  </Action>
                ))}
                <Action verb={protection}>
                  <ProtectButton drives={[drive]} isProtected={!drive.isProtected} />
                </Action>
                <Action verb="delete">
                  <VerbButton verb="delete" drives={[drive]} all={all} />
                </Action>
              </ul>
            </Pane>
          </Section>
        </div>
        <Section title={t("facts")} className="min-w-0">
          <Pane>
            <Facts rows={factRows(drive, all.nodes, state, t)} />
          </Pane>
        </Section>
      </div>
    </div>
  );
}

/** A drive: what it is, what it takes, and what can be done with it. */
export function DrivePage({ id, first }: { id: string; first: FirstDrives }) {
  const t = useTranslations("drives");
  const all = useDrives(first);
  const drive = all.drives.find((each) => each.id === id);
  return drive ? <DriveContent key={id} drive={drive} all={all} /> : <Gone>{t("gone")}</Gone>;
}
