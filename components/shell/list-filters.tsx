"use client";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "#components/ui/button.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import { useAddress } from "./use-address.ts";

interface Props {
  /** What the whole is called, the field for text in it, and the way out of all of them. */
  words: { label: string; text: string; clear: string };
  /** The filters' names in the address. The order of a list is none of them. */
  names: readonly string[];
  children: ReactNode;
}

/** Which rows of a long list are listed: by text, by choices, and all again. Everything stands in the address. */
export function ListFilters({ words, names, children }: Props) {
  const [address, setAddress] = useAddress();
  const filters = names.filter((name) => name !== "sort");
  const isFiltered = filters.some((name) => (address.get(name) ?? "") !== "");
  return (
    <search className="mb-2.5 grid grid-cols-2 gap-2 sm:flex sm:flex-wrap sm:items-center" aria-label={words.label}>
      <SearchField
        label={words.text}
        value={address.get("q") ?? ""}
        onChange={(q) => setAddress({ q })}
        className="col-span-2 sm:w-60"
      />
      {children}
      {isFiltered ? (
        <Button
          className="justify-self-start"
          look="quiet"
          icon={<X aria-hidden size={14} />}
          onClick={() => setAddress(Object.fromEntries(filters.map((name) => [name, null])))}
        >
          {words.clear}
        </Button>
      ) : null}
    </search>
  );
}
