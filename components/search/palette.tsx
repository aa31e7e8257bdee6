"use client";
import { Activity, Boxes, Database, HardDrive, ListChecks, type LucideIcon, Play, Search, Server } from "lucide-react";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, useEffect, useId, useRef, useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { ErrorNotice } from "#components/ui/notice.tsx";
import type { ErrorView } from "#lib/domain/errors.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import type { Item, ItemKind } from "./commands.ts";
import { useItems } from "./use-items.ts";

const ICON: Record<ItemKind, LucideIcon> = {
  action: Play,
  page: Activity,
  cluster: Boxes,
  node: Server,
  storage: Database,
  drive: HardDrive,
  task: ListChecks,
};

interface OptionProps {
  item: Item;
  id: string;
  isActive: boolean;
  onChoose: () => void;
  onPoint: () => void;
}

function Option({ item, id, isActive, onChoose, onPoint }: OptionProps) {
  const Icon = ICON[item.kind];
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isActive) ref.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the combobox's, which has the focus
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the combobox, this is its active descendant
    <div
      ref={ref}
      id={id}
      role="option"
      aria-selected={isActive}
      onClick={onChoose}
      onPointerMove={onPoint}
      className={`flex min-h-9 cursor-pointer items-center gap-2.5 rounded-m border px-2.5 py-1 ${isActive ? "border-accent bg-accent-soft" : "border-transparent"}`}
    >
      <Icon aria-hidden size={15} className="shrink-0 text-ink-2" />
      <span className="min-w-0 truncate">{item.name}</span>
      <span className="ml-auto min-w-0 shrink truncate text-s text-ink-2">{item.about}</span>
    </div>
  );
}

/** Items in their groups, one after another: the index of each is its place for the arrow keys. */
function groupsOf(items: Item[]): { kind: ItemKind; from: number; items: Item[] }[] {
  const groups: { kind: ItemKind; from: number; items: Item[] }[] = [];
  for (const [index, item] of items.entries()) {
    const last = groups.at(-1);
    if (last?.kind === item.kind) last.items.push(item);
    else groups.push({ kind: item.kind, from: index, items: [item] });
  }
  return groups;
}

/** Goes where an item leads; an action may be refused. */
function useOpen(onDone: () => void) {
  const router = useRouter();
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const open = (item: Item | undefined) => {
    if (!item || busy) return;
    setError(null);
    start(async () => {
      const result = typeof item.href === "string" ? { ok: true as const, value: item.href } : await item.href();
      if (!result.ok) return setError(result.error);
      onDone();
      router.push(result.value);
    });
  };
  return { open, busy, error };
}

/** Where one types: a combobox whose list is everything that fits, worked by the keyboard alone. */
export default function Palette({ onDone }: { onDone: () => void }) {
  const t = useTranslations("search");
  const listId = useId();
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const { items, error, isSettled } = useItems(typed);
  const { open, busy, error: refused } = useOpen(onDone);
  const last = items.length - 1;
  const current = Math.min(active, Math.max(0, last));
  const optionId = (index: number) => `${listId}-${index}`;
  const onKey = (event: KeyboardEvent) => {
    const to = { ArrowDown: current === last ? 0 : current + 1, ArrowUp: current === 0 ? last : current - 1 }[
      event.key
    ];
    if (to !== undefined) {
      event.preventDefault();
      setActive(Math.max(0, to));
    }
    if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      // Not the answer to what was typed before.
      if (isSettled) open(items[current]);
    }
  };
  const shown = error ?? null;
  return (
    <div className="flex max-h-[inherit] flex-col">
      <label className="relative block shrink-0 border-b border-line">
        <span className="sr-only">{t("label")}</span>
        <Search aria-hidden size={16} className="pointer-events-none absolute top-3.5 left-3.5 text-ink-3" />
        <input
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type here
          autoFocus
          type="text"
          role="combobox"
          aria-expanded={items.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={items.length > 0 ? optionId(current) : undefined}
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
          placeholder={t("placeholder")}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKey}
          className="block h-11 w-full rounded-t-m bg-surface pr-3.5 pl-10 text-m text-ink outline-offset-[-2px]"
        />
      </label>
      {refused || shown ? (
        <div className="p-2">
          <ErrorNotice error={refused ?? errorViewOf(shown)} />
        </div>
      ) : null}
      <div
        id={listId}
        role="listbox"
        aria-label={t("results")}
        aria-busy={busy || !isSettled}
        className="min-h-0 flex-1 overflow-y-auto p-1.5"
      >
        {groupsOf(items).map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: options of a listbox are grouped by role
          <div key={group.kind} role="group" aria-label={t(`group.${group.kind}`)}>
            <div aria-hidden className="px-2.5 pt-2 pb-1 text-s text-ink-2">
              {t(`group.${group.kind}`)}
            </div>
            {group.items.map((item, index) => (
              <Option
                key={item.id}
                item={item}
                id={optionId(group.from + index)}
                isActive={group.from + index === current}
                onChoose={() => open(item)}
                onPoint={() => setActive(group.from + index)}
              />
            ))}
          </div>
        ))}
      </div>
      {items.length === 0 && isSettled && !shown ? <p className="px-4 pb-4 text-ink-2">{t("none")}</p> : null}
      <div className="flex shrink-0 items-center justify-between gap-3 border-t border-line px-3.5 py-1.5 text-s text-ink-2">
        <span role="status">{busy ? t("opening") : isSettled ? t("count", { count: items.length }) : ""}</span>
        <span className="max-sm:hidden">{t("hint")}</span>
      </div>
    </div>
  );
}
