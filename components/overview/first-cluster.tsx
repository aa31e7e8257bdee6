"use client";
import { Plus } from "lucide-react";
import { useTranslations } from "use-intl";
import { LinkButton } from "#components/ui/button.tsx";

/** The one next action wherever something needs a cluster and there is none. */
export function FirstCluster() {
  const t = useTranslations("pages.overview");
  return (
    <LinkButton look="primary" href="/clusters/new" icon={<Plus aria-hidden size={15} />}>
      {t("emptyAction")}
    </LinkButton>
  );
}
