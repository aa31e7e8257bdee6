"use client";
import { LogOut } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Theme } from "#components/shell/theme.ts";
import { Button } from "#components/ui/button.tsx";
import { Facts, PageHead, Pane, Section } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { signOut } from "#lib/actions/auth.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import { visible } from "#lib/domain/visible.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { leaveBy } from "#lib/queries/sign-in-page.ts";
import { Administrators } from "./administrators.tsx";
import { Invite } from "./invite.tsx";
import { ThemeChoice } from "./theme-choice.tsx";

function SignOut({ busy, setBusy }: { busy: boolean; setBusy: (isBusy: boolean) => void }) {
  const t = useTranslations("pages.settings");
  const [error, setError] = useState<ErrorView | null>(null);
  const leave = async () => {
    setBusy(true);
    try {
      const result = await leaveBy(() => signOut(undefined));
      if (result.ok) return;
      setError(result.error);
    } catch (unanswered) {
      setError(errorViewOf(unanswered));
    }
    setBusy(false);
  };
  return (
    <>
      {error ? <ErrorNotice error={error} /> : null}
      <Button onClick={leave} busy={busy} icon={<LogOut aria-hidden size={14} />}>
        {t("signOut")}
      </Button>
    </>
  );
}

export function SettingsPage({ user, theme }: { user: { name: string; email: string }; theme: Theme }) {
  const t = useTranslations("pages.settings");
  const [isLeaving, setLeaving] = useState(false);
  return (
    <div className="max-w-4xl p-4 sm:p-5">
      <PageHead title={t("title")} actions={<SignOut busy={isLeaving} setBusy={setLeaving} />} />
      <Section title={t("account")}>
        <Pane>
          <Facts
            rows={[
              [t("name"), visible(user.name)],
              [t("email"), visible(user.email)],
            ]}
          />
        </Pane>
      </Section>
      <Section title={t("theme")}>
        <ThemeChoice initial={theme} />
        <p className="mt-1.5 text-s text-ink-2">{t("themeHint")}</p>
      </Section>
      <Section title={t("administrators")}>
        {/* The end of a session is news to this list, and who leaves may not ask any more. */}
        {isLeaving ? null : <Administrators />}
      </Section>
      <Section title={t("invite")}>
        <Invite />
      </Section>
    </div>
  );
}
