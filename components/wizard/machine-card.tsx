"use client";
import { KeyRound, Server } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/code.tsx";
import { TextField } from "#components/ui/field.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { Status } from "#components/ui/status.tsx";
import { chooseForDraftNode, confirmDraftNodeKey, removeDraftNode } from "#lib/actions/drafts.ts";
import type { Tone } from "#lib/domain/badges.ts";
import type { DraftNodeView } from "#lib/domain/dto.ts";
import { formatBytes } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import { PreflightRows } from "./preflight-rows.tsx";
import { machineName, useMachine } from "./use-machines.ts";

const TONE: Record<DraftNodeView["state"], Tone> = {
  "reading-key": "busy",
  "confirm-key": "warn",
  looking: "busy",
  ready: "ok",
  blocked: "bad",
  failed: "bad",
};

/** How many requirements of a machine wait for somebody. */
export function openRows(node: DraftNodeView): number {
  return node.groups.flatMap((group) => group.rows).filter((row) => row.state === "fail").length;
}

function MachineHead({ node }: { node: DraftNodeView }) {
  const t = useTranslations("wizard.nodes");
  const { hostname, system, threads, memory } = node.summary;
  const facts = [
    hostname && visible(hostname),
    system && visible(system),
    threads && t("threads", { count: threads }),
    memory && formatBytes(memory),
  ].filter(Boolean);
  return (
    <div className="flex min-h-9 flex-wrap items-center gap-x-2.5 gap-y-1 rounded-t-m bg-sunken px-3.5 py-1.5">
      <Server aria-hidden size={15} className="shrink-0 text-ink-2" />
      <h3 className="min-w-0 font-semibold break-all">
        {visible(node.address)}
        {node.port === 22 ? "" : `:${node.port}`}
      </h3>
      <span className="min-w-0 break-words text-ink-2">{facts.join(" · ")}</span>
      <span className="ml-auto" data-machine-state={node.state}>
        <Status tone={TONE[node.state]}>
          {node.state === "blocked" ? t("state.blocked", { count: openRows(node) }) : t(`state.${node.state}`)}
        </Status>
      </span>
    </div>
  );
}

/** The fingerprint that the machine showed: an administrator says once that it is the right one. */
function ConfirmKey({
  node,
  busy,
  onConfirm,
}: {
  node: DraftNodeView;
  busy: boolean;
  onConfirm: (fingerprint: string) => void;
}) {
  const t = useTranslations("wizard.nodes");
  const seen = node.seenFingerprint;
  if (node.state !== "confirm-key" || !seen) return null;
  return (
    <div className="space-y-2 border-t border-line px-3.5 py-3">
      <p>{t("fingerprint")}</p>
      <p className="font-mono text-s font-semibold break-all">{visible(seen)}</p>
      <p className="text-s text-ink-2">{t("fingerprintHelp")}</p>
      <Button small look="primary" busy={busy} onClick={() => onConfirm(seen)}>
        {busy ? t("confirming") : t("confirm")}
      </Button>
    </div>
  );
}

function PublicKey({ node }: { node: DraftNodeView }) {
  const t = useTranslations("wizard.nodes");
  const isIn = node.state === "ready" || node.state === "blocked" || node.state === "looking";
  if (node.credential !== "key" || isIn) return null;
  return (
    <div className="space-y-2 border-t border-line px-3.5 py-3">
      <p className="flex items-center gap-2">
        <KeyRound aria-hidden size={14} className="shrink-0 text-ink-2" />
        {t("publicKey", { user: visible(node.user) })}
      </p>
      <code className="block rounded-s border border-line bg-sunken px-2.5 py-2 font-mono text-xs break-all">
        {node.publicKey}
      </code>
      <CopyButton value={node.publicKey} label={t("copyKey")} />
    </div>
  );
}

/** Where the kept password is gone or was refused: it can be typed again, and the machine is looked at with it. */
function NewPassword({
  node,
  busy,
  onLook,
}: {
  node: DraftNodeView;
  busy: boolean;
  onLook: (password: string) => void;
}) {
  const t = useTranslations("wizard.nodes");
  const [password, setPassword] = useState("");
  const refused = node.error?.code === "auth-failed";
  if (node.hasCredential && !refused) return null;
  if (node.credential === "member" || (node.credential === "key" && !refused)) return null;
  const look = (event: FormEvent) => {
    event.preventDefault();
    if (password === "" || busy) return;
    onLook(password);
    setPassword("");
  };
  return (
    <form onSubmit={look} className="flex flex-wrap items-end gap-2 border-t border-line px-3.5 py-3">
      <div className="min-w-0 flex-1 basis-52">
        <TextField
          label={refused ? t("newPassword") : t("password")}
          help={refused ? undefined : t("passwordGone")}
          type="password"
          name="new-password"
          autoComplete="off"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </div>
      <Button type="submit" busy={busy}>
        {t("lookAgain")}
      </Button>
    </form>
  );
}

interface Props {
  draftId: string;
  node: DraftNodeView;
  storageName: (key: string) => string;
  onChanged: () => void;
}

/** A machine of the draft: its host key, its requirements row by row, and what can be done about them. */
export function MachineCard({ draftId, node, storageName, onChanged }: Props) {
  const t = useTranslations("wizard.nodes");
  const { at, act, error, isActing: busy, isBusy, lookAgain } = useMachine(draftId, node, onChanged);
  return (
    <li>
      <article aria-label={visible(node.address)} className="rounded-m border border-line bg-surface">
        <MachineHead node={node} />
        <ConfirmKey
          node={node}
          busy={busy}
          onConfirm={(fingerprint) => act(() => confirmDraftNodeKey({ ...at, fingerprint }))}
        />
        <PublicKey node={node} />
        <PreflightRows
          groups={node.groups}
          choices={node.choices}
          storageName={storageName}
          host={machineName(node)}
          busy={busy}
          onChoose={(storageKey, choice) =>
            act(() =>
              chooseForDraftNode({ ...at, storageKey: storageKey ?? "", choice: choice.key, value: choice.value }),
            )
          }
        />
        {node.error || error ? (
          <div className="space-y-2 border-t border-line p-3.5">
            {node.error ? <ErrorNotice error={node.error} /> : null}
            {error ? <ErrorNotice error={error} /> : null}
          </div>
        ) : null}
        <NewPassword node={node} busy={isBusy} onLook={lookAgain} />
        <div className="flex flex-wrap gap-2 border-t border-line px-3.5 py-2">
          <Button small busy={isBusy} onClick={() => lookAgain()}>
            {t("lookAgain")}
          </Button>
          {node.credential === "member" ? null : (
            <Button small look="quiet" busy={busy} onClick={() => act(() => removeDraftNode(at))}>
              {t("leaveOut")}
            </Button>
          )}
        </div>
      </article>
    </li>
  );
}
