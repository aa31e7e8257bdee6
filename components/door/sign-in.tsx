"use client";
import { useTranslations } from "use-intl";
import { signIn } from "#lib/actions/auth.ts";
import { DoorForm } from "./door-form.tsx";
import { DoorFrame } from "./door-frame.tsx";

export function SignIn({ next }: { next: string }) {
  const t = useTranslations("pages.door");
  return (
    <DoorFrame title={t("signIn")}>
      <DoorForm
        fields={[
          { name: "email", label: t("email"), type: "email", autoComplete: "username" },
          { name: "password", label: t("password"), type: "password", autoComplete: "current-password" },
        ]}
        submit={t("signIn")}
        submitting={t("signingIn")}
        run={({ email = "", password = "" }) => signIn({ email, password })}
        next={next}
      />
    </DoorFrame>
  );
}
