"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { usePanel } from "#components/shell/panel-data.tsx";
import { ListFilters } from "#components/shell/list-filters.tsx";
import { useAddress } from "#components/shell/use-address.ts";
import { SortSelect } from "#components/ui/sort-head.tsx";
import { Select } from "#components/ui/select.tsx";
import { TASK_FILTERS, TASK_SHOW, TASK_SORTS } from "#lib/domain/task-list.ts";
import { naturalOrder } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import { taskChoicesQuery } from "#lib/queries/task-list.ts";
import { useTaskSort } from "./task-table.tsx";

type Option = { value: string; label: string };

const byLabel = (options: Option[]) => options.sort((a, b) => naturalOrder(a.label, b.label));

/** A kind of task in words; one that this release does not know, as it is. */
export function useKindWord(): (kind: string) => string {
  const t = useTranslations("pages.tasks.kind");
  return (kind) => {
    const key = kind.replaceAll(".", "-") as "cluster-create";
    return t.has(key) ? t(key) : kind;
  };
}

/** Which tasks are listed: everything stands in the address. */
export function TaskFilters() {
  const t = useTranslations("pages.tasks");
  const words = useTranslations("common.task");
  const kindWord = useKindWord();
  const { clusters } = usePanel();
  const { data: choices } = useQuery(taskChoicesQuery());
  const [address, setAddress] = useAddress();
  const at = (name: string) => address.get(name) ?? "";
  const cluster = clusters.find((each) => each.id === at("cluster"));
  const node = at("node");
  const nodesOf = cluster ? [cluster] : clusters.filter((each) => each.nodes.some((one) => one.id === node));
  const nodes = nodesOf.flatMap((each) => each.nodes.map((one) => ({ value: one.id, label: visible(one.name) })));
  const all = (label: string): Option => ({ value: "", label });
  const show = [
    all(t("filterAll")),
    ...TASK_SHOW.map((value) => ({
      value,
      label: value === "open" ? t("filterOpen") : value === "trouble" ? t("filterTrouble") : words(value),
    })),
  ];
  return (
    <ListFilters words={{ label: t("filter"), text: t("filterText"), clear: t("filterClear") }} names={TASK_FILTERS}>
      <Select
        label={t("column.state")}
        value={at("show")}
        options={show}
        onChange={(value) => setAddress({ show: value })}
        className="sm:w-40"
      />
      <Select
        label={t("filterKind")}
        value={at("kind")}
        options={[all(t("anyKind")), ...(choices?.kinds ?? []).map((value) => ({ value, label: kindWord(value) }))]}
        onChange={(kind) => setAddress({ kind })}
        className="sm:w-44"
      />
      <Select
        label={t("filterCluster")}
        value={at("cluster")}
        options={[
          all(t("anyCluster")),
          ...byLabel(clusters.map(({ id, name }) => ({ value: id, label: visible(name) }))),
        ]}
        onChange={(value) => setAddress({ cluster: value, node: null })}
        className="sm:w-44"
      />
      {nodes.length > 0 || node ? (
        <Select
          label={t("filterNode")}
          value={node}
          options={[all(t("anyNode")), ...byLabel(nodes)]}
          onChange={(value) => setAddress({ node: value })}
          className="sm:w-40"
        />
      ) : null}
      <Select
        label={t("column.who")}
        value={at("who")}
        options={[all(t("anybody")), ...(choices?.who ?? []).map((value) => ({ value, label: visible(value) }))]}
        onChange={(who) => setAddress({ who })}
        className="sm:w-36"
      />
      <SortSelect sort={useTaskSort()} options={TASK_SORTS.map((value) => ({ value, label: t(`column.${value}`) }))} />
    </ListFilters>
  );
}
