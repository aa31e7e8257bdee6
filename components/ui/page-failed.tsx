"use client";
import { useRouter } from "next/navigation";
import { startTransition } from "react";
import { useTranslations } from "use-intl";
import { Button } from "./button.tsx";
import { PageHead } from "./layout.tsx";

export interface Failed {
  error: Error & { digest?: string };
  /** What the framework offers for another try; older releases have the second one only. */
  retry?: () => void;
  reset: () => void;
}

/** A page that could not be made: what, where to look, and another try. */
export function PageFailed({ error: { digest }, retry, reset }: Failed) {
  const t = useTranslations("common");
  const router = useRouter();
  const again = () =>
    startTransition(() => {
      router.refresh();
      (retry ?? reset)();
    });
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={t("pageFailed")} below={t("pageFailedHint")} />
      {digest ? <p className="mb-3 font-mono text-s text-ink-2">{digest}</p> : null}
      <Button look="primary" onClick={again}>
        {t("retry")}
      </Button>
    </div>
  );
}
