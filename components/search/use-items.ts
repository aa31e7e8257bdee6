"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { type SearchHit, searchWords } from "#lib/domain/search.ts";
import { visible } from "#lib/domain/visible.ts";
import { searchQuery } from "#lib/queries/search.ts";
import { type Item, useCommands } from "./commands.ts";

const AFTER_MS = 80;

/** What was typed, once the fingers rest for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), AFTER_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** What fits, things before actions once something is typed; `isSettled` when it is the answer to what is typed now. */
export function useItems(typed: string) {
  const say = useText();
  const kindWord = useTranslations("common.kind");
  const query = searchWords(typed).join(" ");
  const settled = useSettled(query);
  const { data, error, isFetching, isPlaceholderData } = useQuery(searchQuery(settled));
  const commands = useCommands(searchWords(typed));
  const itemOf = ({ kind, id, name, about, storageKind, href }: SearchHit): Item => ({
    ...{ kind, id, href },
    name: typeof name === "string" ? visible(name) : say(name),
    about: storageKind ? `${visible(about)} · ${kindWord(storageKind)}` : visible(about),
  });
  const hits = query === "" ? [] : (data?.hits ?? []).map(itemOf);
  return {
    items: query === "" ? commands : [...hits, ...commands],
    error: query === "" ? null : error,
    isSettled: query === "" || (query === settled && !isFetching && !isPlaceholderData),
  };
}
