"use client";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { PlannedForm } from "#components/plan/planned-form.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useAddress } from "#components/shell/use-address.ts";
import { useText } from "#components/text/t.tsx";
import { TextField } from "#components/ui/field.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { recheckAction } from "#lib/actions/live.ts";
import type { DriveView } from "#lib/domain/drive.ts";
import type { DriveRequest } from "#lib/domain/drive-request.ts";
import { parseSize, sizeFromAddress, sizeParts } from "#lib/domain/size-input.ts";
import type { FirstDrives } from "#lib/queries/drives.ts";
import { findStorage } from "#lib/queries/panel.ts";
import { visible } from "#lib/domain/visible.ts";
import { DriveTable } from "./drive-table.tsx";
import { SelectField } from "./select-field.tsx";
import { SizeField, type TypedSize } from "./size-field.tsx";
import { confirmShown, useDrivePlan } from "./use-drive-plan.ts";
import { useDriveRows } from "./use-drive-rows.ts";
import { type Drives, useDrives } from "./use-drives.ts";

const VERBS = ["grow", "rename", "activate", "deactivate", "delete"] as const;
type Verb = (typeof VERBS)[number];

interface Typed {
  bytes: number | null;
  label: string;
  /** Empty: whichever. */
  nodeId: string;
}

function requestOf(verb: Verb, drives: readonly DriveView[], { bytes, label, nodeId }: Typed): DriveRequest | null {
  const ids = drives.map((drive) => drive.id);
  switch (verb) {
    case "grow":
      return bytes === null ? null : { verb, ids, size: bytes };
    case "rename":
      return { verb, ids, label: label.trim() };
    case "activate":
      return { verb, ids, ...(nodeId ? { nodeId } : {}) };
    default:
      return { verb, ids };
  }
}

/** More places than this are looked at in their turn. */
const MOST_LOOKS = 10;

/** Has the storages looked at when the page opens: what is open or gone now counts, not a minute ago. */
function useFreshLook(drives: readonly DriveView[]): void {
  const places = [...new Set(drives.map((drive) => `${drive.nodeId} ${drive.storageId}`))].slice(0, MOST_LOOKS).join();
  useEffect(() => {
    for (const place of places.split(",")) {
      const [nodeId = "", storageId = ""] = place.split(" ");
      // A node that is not followed now has no fresh figures; the plan says so.
      if (nodeId !== "null") void recheckAction({ nodeId, storageId });
    }
  }, [places]);
}

/** Nodes between which there is a choice: drives that all nodes see can be switched on at any of them. */
function useChoice(verb: Verb, drives: readonly DriveView[]) {
  const state = usePanel();
  const isShared = drives.every(({ nodeId }) => nodeId === null);
  if (verb !== "activate" || !isShared) return [];
  return findStorage(state, drives[0]?.storageId ?? "")?.cluster.nodes ?? [];
}

function Form({ verb, drives, all }: { verb: Verb; drives: DriveView[]; all: Drives }) {
  const t = useTranslations("drives");
  const say = useText();
  const state = usePanel();
  const [address] = useAddress();
  const [size, setSize] = useState<TypedSize>(
    () => sizeFromAddress(address.get("size")) ?? sizeParts(Math.max(...drives.map((drive) => drive.size))),
  );
  const [label, setLabel] = useState(address.get("label") ?? drives[0]?.label ?? "");
  const [left, setLeft] = useState(false);
  useFreshLook(drives);
  const bytes = parseSize(size.typed, size.unit);
  const [nodeId, setNodeId] = useState(address.get("node") ?? "");
  const choice = useChoice(verb, drives);
  const request = requestOf(verb, drives, { bytes, label, nodeId });
  const plan = useDrivePlan(request);
  const problems = plan.view?.problems ?? {};
  const rows = useDriveRows({ drives, nodes: all.nodes }, state);
  const values = { count: drives.length, label: visible(drives[0]?.label ?? "") };
  const sizeError = bytes === null ? t("form.wrongSize") : problems.size && say(problems.size);
  return (
    <PlannedForm
      title={t(`form.changeTitle.${verb}`, values)}
      below={t(`about.${verb}`, values)}
      isReady={request !== null}
      // Once the field says it, the button need not.
      lacks={left ? null : sizeError}
      plan={plan}
      onConfirm={confirmShown(request)}
      confirm={t(`form.confirm.${verb}`, { count: drives.length })}
      danger={verb === "delete"}
      back={drives.length === 1 ? `/drives/${drives[0]?.id}` : "/drives"}
    >
      {verb === "grow" ? (
        <SizeField
          label={t("form.newSize")}
          help={drives.length > 1 ? t("form.sizeHelp") : undefined}
          error={left ? sizeError : undefined}
          value={size}
          onChange={(value) => {
            setSize(value);
            setLeft(true);
          }}
          onLeave={() => setLeft(true)}
        />
      ) : null}
      {verb === "rename" ? (
        <TextField
          label={t("form.label")}
          help={t("form.labelHelp")}
          value={label}
          autoComplete="off"
          error={left && problems.label ? say(problems.label) : undefined}
          onChange={(event) => setLabel(event.target.value)}
          onBlur={() => setLeft(true)}
        />
      ) : null}
      {choice.length > 0 ? (
        <SelectField
          label={t("form.node")}
          value={nodeId}
          onChange={setNodeId}
          options={[
            { value: "", word: t("form.whicheverNode") },
            ...choice.map(({ id, name }) => ({ value: id, word: visible(name) })),
          ]}
        />
      ) : null}
      <DriveTable
        rows={rows}
        at={all.at}
        label={t("form.drives", { count: drives.length })}
        columns={["label", "node", "size", "used", "state"]}
      />
    </PlannedForm>
  );
}

/** One change of one or many drives, its plan beside it. Which and what stand in the address. */
export function ChangeDrives({ first }: { first: FirstDrives }) {
  const t = useTranslations("drives");
  const all = useDrives(first);
  const [address] = useAddress();
  const verb = VERBS.find((name) => name === address.get("do"));
  // Those that are gone meanwhile are left out; the plan is of the rest.
  const [wanted] = useState(() => all.drives.map((drive) => drive.id));
  const drives = all.drives.filter((drive) => wanted.includes(drive.id));
  if (!verb || drives.length === 0) return <Gone>{t("gone")}</Gone>;
  return <Form verb={verb} drives={drives} all={all} />;
}
