"use client";
import { useFormatter, useTranslations } from "use-intl";
import type { LiveLineState } from "#lib/queries/live-client.ts";
import { useLiveLine } from "./live-context.ts";

const DOT: Record<LiveLineState["phase"], string> = {
  connecting: "bg-unknown-mark",
  live: "bg-ok-mark",
  reconnecting: "bg-warn-mark",
  offline: "bg-bad-mark",
};

/** Whether what is shown is current, in a word. */
export function LiveIndicator() {
  const t = useTranslations("pages.shell");
  const format = useFormatter();
  const { phase, since } = useLiveLine();
  const word =
    phase === "offline" && since !== null
      ? t("offline", {
          time: format.dateTime(new Date(since), {
            hour: "2-digit",
            minute: "2-digit",
            second: "2-digit",
            hourCycle: "h23",
          }),
        })
      : phase === "offline"
        ? t("reconnecting")
        : t(phase);
  return (
    <span
      data-live={phase}
      title={phase === "live" || phase === "connecting" ? t("liveHint") : t("offlineHint")}
      className="flex shrink-0 items-center gap-2 text-s text-ink-2"
    >
      <span aria-hidden className={`size-2 rounded-full ${DOT[phase]}`} />
      {word}
    </span>
  );
}
