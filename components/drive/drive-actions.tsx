"use client";
import { useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { protectDrives } from "#lib/actions/drives.ts";
import type { DriveVerb, DriveView } from "#lib/domain/drive.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import type { Drives } from "./use-drives.ts";

/** Where a change of these drives is shown with its plan. */
export function changeHref(verb: DriveVerb, drives: readonly DriveView[]): string {
  return `/drives/change?do=${verb}&ids=${drives.map((drive) => drive.id).join(",")}`;
}

/** The first reason why one of the drives can't be changed so, as a sentence. */
export function useReason(all: Drives): (verb: DriveVerb, drives: readonly DriveView[]) => string | null {
  const say = useText();
  const state = usePanel();
  return (verb, drives) => {
    for (const drive of drives) {
      const obstacle = all.obstacle(verb, drive, state);
      if (obstacle) return say(obstacle);
    }
    return null;
  };
}

/** Leads to the plan of a change, or says why there is none now. */
export function VerbButton({ verb, drives, all }: { verb: DriveVerb; drives: readonly DriveView[]; all: Drives }) {
  const t = useTranslations("drives.verb");
  const reason = useReason(all)(verb, drives);
  const look = verb === "delete" ? "danger" : "secondary";
  if (reason)
    return (
      <Button small look={look} reason={reason}>
        {t(verb)}
      </Button>
    );
  return (
    <LinkButton small look={look} href={changeHref(verb, drives)}>
      {t(verb)}
    </LinkButton>
  );
}

/** Protects drives, or lets go of that, at once: nothing runs on a node. */
export function ProtectButton({ drives, isProtected }: { drives: readonly DriveView[]; isProtected: boolean }) {
  const t = useTranslations("drives.verb");
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const run = () =>
    start(async () => {
      const result = await protectDrives({ ids: drives.map((drive) => drive.id), isProtected });
      setError(result.ok ? null : result.error);
    });
  return (
    <>
      <Button small busy={busy} onClick={run}>
        {t(isProtected ? "protect" : "unprotect")}
      </Button>
      {error ? <ErrorNotice error={error} /> : null}
    </>
  );
}
