"use client";
import { useTranslations } from "use-intl";
import { T } from "#components/text/t.tsx";
import { Button } from "#components/ui/button.tsx";
import { CommandOutput } from "#components/ui/code.tsx";
import { TONE_TEXT, ToneIcon } from "#components/ui/status.tsx";
import { PREFLIGHT_TONE } from "#lib/domain/badges.ts";
import type { PreflightChoice, PreflightGroup, PreflightRow } from "#lib/domain/preflight.ts";

interface RowProps {
  row: PreflightRow;
  chosen: Record<string, string>;
  host: string;
  busy: boolean;
  onChoose: (choice: PreflightChoice) => void;
}

function Row({ row, chosen, host, busy, onChoose }: RowProps) {
  const t = useTranslations("wizard.nodes");
  const tone = PREFLIGHT_TONE[row.state];
  return (
    <li className="flex items-start gap-3 border-t border-line px-3.5 py-2">
      <span className={`pt-0.5 ${TONE_TEXT[tone]}`}>
        <ToneIcon tone={tone} />
      </span>
      <div className="min-w-0 flex-1">
        <p className={`break-words ${row.state === "fail" ? "font-semibold" : ""}`}>
          <T text={row.title} />
        </p>
        {row.detail ? (
          <p className="text-s break-words text-ink-2">
            <T text={row.detail} />
          </p>
        ) : null}
        {row.advice ? (
          <p className="text-s break-words">
            <T text={row.advice} />
          </p>
        ) : null}
        {row.choices ? (
          <div className="mt-1.5 flex flex-wrap gap-2">
            {row.choices.map((choice) => {
              const isChosen = chosen[choice.key] === choice.value;
              return (
                <Button
                  key={`${choice.key}=${choice.value}`}
                  small
                  aria-pressed={isChosen}
                  busy={busy}
                  onClick={() => onChoose(choice)}
                  className={isChosen ? "border-accent! bg-accent-soft!" : ""}
                >
                  <T text={choice.label} />
                  {isChosen ? ` · ${t("chosen")}` : ""}
                </Button>
              );
            })}
          </div>
        ) : null}
        {row.command ? (
          <details className="mt-1">
            <summary className="inline-flex min-h-6 items-center text-s text-ink-2 underline">{t("command")}</summary>
            <div className="mt-1">
              <CommandOutput host={host} command={row.command} output={row.output} />
            </div>
          </details>
        ) : null}
      </div>
      <span className={`shrink-0 text-s ${row.state === "pass" ? "text-ink-2" : `font-medium ${TONE_TEXT[tone]}`}`}>
        {t(`row.${row.state}`)}
      </span>
    </li>
  );
}

interface Props {
  groups: PreflightGroup[];
  choices: Record<string, Record<string, string>>;
  storageName: (key: string) => string;
  host: string;
  busy: boolean;
  onChoose: (storageKey: string | null, choice: PreflightChoice) => void;
}

/** Requirements of one machine, ticking as they are looked at: the machine itself, then each storage. */
export function PreflightRows({ groups, choices, storageName, host, busy, onChoose }: Props) {
  const t = useTranslations("wizard.nodes");
  return groups.map((group) => (
    <div key={group.storageKey ?? "machine"}>
      {group.storageKey === null ? null : (
        <h4 className="border-t border-line bg-ground px-3.5 py-1 text-s font-medium text-ink-2">
          {t("group.storage", { name: storageName(group.storageKey) })}
        </h4>
      )}
      <ul>
        {group.rows.map((row) => (
          <Row
            // Two findings of one kind stand side by side, such as one place taken by two others.
            key={`${row.id}${JSON.stringify(row.detail?.values ?? {})}`}
            row={row}
            host={host}
            busy={busy}
            chosen={choices[group.storageKey ?? ""] ?? {}}
            onChoose={(choice) => onChoose(group.storageKey, choice)}
          />
        ))}
        {group.complete ? null : (
          <li className="flex items-center gap-3 border-t border-line px-3.5 py-2 text-ink-2">
            <span className="text-busy">
              <ToneIcon tone="busy" />
            </span>
            {t("state.looking")}
          </li>
        )}
      </ul>
    </div>
  ));
}
