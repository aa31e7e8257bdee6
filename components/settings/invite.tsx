"use client";
import { useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { Button } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/code.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { createInvite } from "#lib/actions/auth.ts";
import type { ErrorView } from "#lib/domain/errors.ts";

/** A link for a further administrator; shown once, kept nowhere. */
export function Invite() {
  const t = useTranslations("pages.settings");
  const [busy, start] = useTransition();
  const [link, setLink] = useState<string | null>(null);
  const [error, setError] = useState<ErrorView | null>(null);
  const make = () =>
    start(async () => {
      const result = await createInvite(undefined);
      if (!result.ok) return setError(result.error);
      setError(null);
      setLink(`${window.location.origin}${result.value.path}`);
    });
  return (
    <div className="space-y-3">
      <p className="text-ink-2">{t("inviteText")}</p>
      {error ? <ErrorNotice error={error} /> : null}
      {link ? (
        <div className="space-y-2">
          <p className="font-medium">{t("inviteShown")}</p>
          <code className="block rounded-s border border-line bg-sunken px-2.5 py-2 font-mono text-s break-all">
            {link}
          </code>
          <CopyButton value={link} label={t("inviteCopy")} />
        </div>
      ) : (
        <Button onClick={make} busy={busy}>
          {t("inviteAction")}
        </Button>
      )}
    </div>
  );
}
