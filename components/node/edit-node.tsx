"use client";
import { useRouter } from "next/navigation";
import { type FormEvent, useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useText } from "#components/text/t.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { PageHead } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { editNode } from "#lib/actions/nodes.ts";
import type { NodeView } from "#lib/domain/dto.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import { visible } from "#lib/domain/visible.ts";
import { findNode } from "#lib/queries/panel.ts";

/** What is no whole number is sent as it is not: the server's own sentence stands at the field. */
const typedPort = (typed: string) => (/^\d{1,5}$/.test(typed.trim()) ? Number(typed) : Number.NaN);

function Form({ node, port }: { node: NodeView; port: number }) {
  const t = useTranslations("node.edit");
  const cancel = useTranslations("common")("cancel");
  const say = useText();
  const router = useRouter();
  const [typed, setTyped] = useState({ name: node.name, address: node.address, port: String(port) });
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const back = `/nodes/${node.id}`;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    start(async () => {
      const values = { name: typed.name.trim(), address: typed.address.trim(), port: typedPort(typed.port) };
      const result = await editNode({ nodeId: node.id, ...values });
      if (result.ok) router.push(back);
      else setError(result.error);
    });
  };
  const field = (name: keyof typeof typed) => {
    const problem = error?.fields?.[name];
    return {
      value: typed[name],
      autoComplete: "off",
      error: problem ? say(problem) : undefined,
      onChange: (event: { target: { value: string } }) => setTyped({ ...typed, [name]: event.target.value }),
    };
  };
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={t("title", { node: visible(node.name) })} below={t("below")} />
      <form onSubmit={save} className="max-w-xl space-y-4">
        <TextField label={t("name")} help={t("nameHelp")} {...field("name")} />
        <TextField label={t("address")} help={t("addressHelp")} mono {...field("address")} />
        <TextField label={t("port")} inputMode="numeric" mono {...field("port")} />
        {error ? <ErrorNotice error={error} /> : null}
        <div className="flex flex-wrap justify-end gap-2">
          <LinkButton href={back}>{cancel}</LinkButton>
          <Button type="submit" look="primary" busy={busy}>
            {busy ? t("saving") : t("save")}
          </Button>
        </div>
      </form>
    </div>
  );
}

/** A node's name, and where it is reached. */
export function EditNode({ id, port }: { id: string; port: number }) {
  const gone = useTranslations("pages.node")("gone");
  const found = findNode(usePanel(), id);
  return found ? <Form key={id} node={found.node} port={port} /> : <Gone>{gone}</Gone>;
}
