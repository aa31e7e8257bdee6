"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { ListFilters } from "#components/shell/list-filters.tsx";
import { useAddress } from "#components/shell/use-address.ts";
import { INPUT } from "#components/ui/field.tsx";
import { SortSelect } from "#components/ui/sort-head.tsx";
import { Select } from "#components/ui/select.tsx";
import { useTyped } from "#components/ui/use-typed.ts";
import { AUDIT_FILTERS } from "#lib/domain/audit.ts";
import { visible } from "#lib/domain/visible.ts";
import { auditChoicesQuery } from "#lib/queries/audit.ts";
import { useAuditSort } from "./audit-table.tsx";
import { useAuditWords } from "./audit-words.ts";

function Day({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [typed, type] = useTyped(value, onChange);
  return (
    <label className="flex items-center gap-2">
      <span className="text-s text-ink-2">{label}</span>
      <input
        type="date"
        value={typed}
        onChange={(event) => type(event.target.value)}
        className={`${INPUT} h-8 min-w-0 border-control-line sm:w-36`}
      />
    </label>
  );
}

/** Which rows are listed: everything stands in the address. */
export function AuditFilters() {
  const t = useTranslations("audit");
  const words = useAuditWords();
  const { data: choices } = useQuery(auditChoicesQuery());
  const [address, setAddress] = useAddress();
  const at = (name: string) => address.get(name) ?? "";
  const options = (all: string, values: readonly string[] = [], say: (value: string) => string = visible) => [
    { value: "", label: all },
    ...values.map((value) => ({ value, label: say(value) })),
  ];
  return (
    <ListFilters words={{ label: t("filter"), text: t("filterText"), clear: t("clear") }} names={AUDIT_FILTERS}>
      <Select
        label={t("column.who")}
        value={at("who")}
        options={options(t("anybody"), choices?.who)}
        onChange={(who) => setAddress({ who })}
        className="sm:w-36"
      />
      <Select
        label={t("column.what")}
        value={at("action")}
        options={options(t("everything"), choices?.actions, words.action)}
        onChange={(action) => setAddress({ action })}
        className="sm:w-52"
      />
      <Select
        label={t("column.about")}
        value={at("entity")}
        options={options(t("anyEntity"), choices?.entities, words.entity)}
        onChange={(entity) => setAddress({ entity })}
        className="col-span-2 sm:w-44"
      />
      <span className="col-span-2 grid grid-cols-2 gap-2 sm:flex sm:items-center">
        <Day label={t("from")} value={at("from")} onChange={(from) => setAddress({ from })} />
        <Day label={t("to")} value={at("to")} onChange={(to) => setAddress({ to })} />
      </span>
      <SortSelect sort={useAuditSort()} options={[{ value: "when", label: t("column.when") }]} />
    </ListFilters>
  );
}
