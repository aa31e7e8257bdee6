"use client";
import { useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { Ask } from "#components/ui/ask.tsx";
import { Button } from "#components/ui/button.tsx";
import { ErrorNotice, Notice } from "#components/ui/notice.tsx";
import { acceptNodeHostKey, readNodeHostKey } from "#lib/actions/nodes.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import type { HostKeys } from "#lib/domain/node.ts";

function Fingerprint({ word, value }: { word: string; value: string }) {
  return (
    <div>
      <dt className="text-s text-ink-2">{word}</dt>
      <dd className="font-mono text-s break-all">{value}</dd>
    </div>
  );
}

function Keys({ nodeId, keys }: { nodeId: string; keys: HostKeys }) {
  const t = useTranslations("node.hostKey");
  const { pinned, shown } = keys;
  const isSame = pinned === shown;
  return (
    <div className="mt-3 space-y-3">
      <dl className="space-y-2">
        <Fingerprint word={t("pinned")} value={pinned} />
        <Fingerprint word={t("shown")} value={shown} />
      </dl>
      <p className="text-ink-2">{isSame ? t("same") : t("compare")}</p>
      {isSame ? null : (
        <Ask
          label={t("accept")}
          confirm={t("accept")}
          confirming={t("accepting")}
          danger
          look="danger"
          run={() => acceptNodeHostKey({ nodeId, fingerprint: shown })}
        >
          <p>{t("acceptText")}</p>
          <p className="mt-2 font-mono text-s break-all text-ink">{shown}</p>
        </Ask>
      )}
    </div>
  );
}

/** A node that shows another host key than the pinned one: what it shows now, and the way to accept it knowingly. */
export function OtherHostKey({ nodeId }: { nodeId: string }) {
  const t = useTranslations("node.hostKey");
  const [keys, setKeys] = useState<HostKeys | null>(null);
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const read = () =>
    start(async () => {
      const result = await readNodeHostKey({ nodeId });
      setKeys(result.ok ? result.value : null);
      setError(result.ok ? null : result.error);
    });
  return (
    <div className="mt-4">
      <Notice
        tone="bad"
        actions={
          <Button small busy={busy} onClick={read}>
            {busy ? t("reading") : t("read")}
          </Button>
        }
      >
        <h2 className="font-semibold">{t("title")}</h2>
        <p className="text-ink-2">{t("about")}</p>
        {keys ? <Keys key={keys.shown} nodeId={nodeId} keys={keys} /> : null}
        {error ? <ErrorNotice error={error} /> : null}
      </Notice>
    </div>
  );
}
