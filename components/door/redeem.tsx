"use client";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { Notice } from "#components/ui/notice.tsx";
import { redeemAccountLink, redeemResetLink } from "#lib/actions/auth.ts";
import { DoorForm } from "./door-form.tsx";
import { DoorFrame } from "./door-frame.tsx";

export type RedeemPurpose = "setup" | "invite" | "reset";

/**
 * The token stands behind the `#`, so it never reaches a server's log; it is taken out of the address bar (and of the
 * history) once read. Null while not read yet, empty where the link has none.
 */
function useFragment(): string | null {
  const [token, setToken] = useState<string | null>(null);
  useEffect(() => {
    const read = () => {
      const found = window.location.hash.slice(1);
      setToken((before) => found || before || "");
      if (found) window.history.replaceState(window.history.state, "", window.location.pathname);
    };
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  return token;
}

/** Redeems a link: the first administrator, an invited one, or a new password. */
export function Redeem({ purpose }: { purpose: RedeemPurpose }) {
  const t = useTranslations("pages.door");
  const token = useFragment();
  if (token === "") {
    return (
      <DoorFrame title={t(`${purpose}.title`)}>
        <Notice tone="warn">
          <p className="font-semibold">{t("noTokenTitle")}</p>
          <p className="mt-1">{t(`${purpose}.noToken`)}</p>
        </Notice>
      </DoorFrame>
    );
  }
  const password = {
    name: "password",
    label: t("password"),
    type: "password",
    autoComplete: "new-password",
    help: t("passwordHint"),
  } as const;
  const account = [
    { name: "name", label: t("name"), type: "text", autoComplete: "name", help: t("nameHint") },
    { name: "email", label: t("email"), type: "email", autoComplete: "username" },
    password,
  ] as const;
  return (
    <DoorFrame title={t(`${purpose}.title`)} lead={t(`${purpose}.lead`)}>
      <DoorForm
        fields={purpose === "reset" ? [password] : account}
        submit={t(`${purpose}.submit`)}
        submitting={t(`${purpose}.submitting`)}
        run={(typed) => {
          const { name = "", email = "", password: secret = "" } = typed;
          if (purpose === "reset") return redeemResetLink({ token: token ?? "", password: secret });
          return redeemAccountLink({ token: token ?? "", name, email, password: secret });
        }}
        next="/"
      />
    </DoorFrame>
  );
}
