"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { saveDraft } from "#lib/actions/drafts.ts";
import type { DraftData, DraftView } from "#lib/domain/dto.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import { draftKey, draftQuery } from "#lib/queries/drafts.ts";
import { RequestError } from "#lib/queries/get-json.ts";

const SAVE_AFTER_MS = 400;

export type SaveState = "saved" | "saving" | "failed" | "stale";

export interface DraftForm {
  draft: DraftView;
  /** What is typed now; the server's copy follows. */
  data: DraftData;
  change: (changes: Partial<DraftData>) => void;
  /** Saves at once and answers with the draft as the server sees it now; null when it could not be saved. */
  flush: () => Promise<DraftView | null>;
  saveState: SaveState;
  saveError: ErrorView | null;
  /** The draft is being thrown away or carried out: it is not asked for again. */
  leave: (leaving: boolean) => void;
  /** Nobody has this draft any more. */
  isGone: boolean;
  /** Settles a change from elsewhere: their version, or what is typed here. */
  settle: (whose: "theirs" | "mine") => Promise<void>;
}

/** An answer that was under way while a save was made is older than the save's own. */
const newest = (a: DraftView, b: DraftView | undefined) => (b && b.version >= a.version ? b : a);
/**
 * The server keeps some values in another form than they were sent in: of a secret, the id of its row. Those are taken over
 * where nothing was typed since.
 */
function asKept(typed: DraftData, sent: DraftData, kept: DraftData): DraftData {
  const storages = typed.storages.map((storage) => {
    const [before, after] = [sent, kept].map((data) => data.storages.find(({ key }) => key === storage.key)?.config);
    const changed = Object.entries(after ?? {}).filter(
      ([field, value]) =>
        storage.config[field] === before?.[field] && before?.[field] !== value && field in (before ?? {}),
    );
    return changed.length === 0
      ? storage
      : { ...storage, config: { ...storage.config, ...Object.fromEntries(changed) } };
  });
  return { ...typed, storages };
}

const same = (a: DraftData, b: DraftData) => JSON.stringify(a) === JSON.stringify(b);

/**
 * What is typed in the wizard: kept here at once, saved to the draft a moment later, one save at a time. An answer of
 * the server never overwrites what has been typed since; a change from elsewhere is shown, and a person decides.
 */
export function useDraft(initial: DraftView): DraftForm {
  const client = useQueryClient();
  const [leaving, leave] = useState(false);
  const [saved, setSaved] = useState(initial);
  const { data: asked, error } = useQuery({
    ...draftQuery(initial.id),
    initialData: initial,
    enabled: !leaving,
  });
  const draft = newest(saved, asked);
  const [data, setData] = useState(initial.data);
  const [saveState, setSaveState] = useState<SaveState>("saved");
  const [saveError, setSaveError] = useState<ErrorView | null>(null);
  const now = useRef({
    typed: initial.data,
    base: initial.data,
    version: initial.version,
    timer: undefined as ReturnType<typeof setTimeout> | undefined,
    running: null as Promise<DraftView | null> | null,
    held: false,
    saved: initial,
  });

  const refetch = useCallback(
    () => client.fetchQuery({ ...draftQuery(initial.id), staleTime: 0 }),
    [client, initial.id],
  );

  const saveOnce = useCallback(async (): Promise<DraftView | null> => {
    const it = now.current;
    for (let tries = 0; tries < 3; tries += 1) {
      const sent = it.typed;
      const result = await saveDraft({ draftId: initial.id, version: it.version, data: sent });
      if (result.ok) {
        it.version = result.value.version;
        const isSame = same(it.typed, sent);
        it.base = asKept(sent, sent, result.value.data);
        it.typed = asKept(it.typed, sent, result.value.data);
        setData(it.typed);
        it.saved = newest(it.saved, result.value);
        setSaved(it.saved);
        client.setQueryData(draftKey(initial.id), result.value);
        setSaveError(null);
        if (isSame) {
          setSaveState("saved");
          return result.value;
        }
        continue;
      }
      const current = result.error.code === "stale" ? await refetch().catch(() => null) : null;
      // Only the version moved (a machine was added): what is typed here is still the newest.
      if (current && same(current.data, it.base)) {
        it.version = current.version;
        continue;
      }
      it.held = result.error.code === "stale";
      setSaveState(it.held ? "stale" : "failed");
      setSaveError(result.error);
      return null;
    }
    return null;
  }, [client, initial.id, refetch]);

  const save = useCallback((): Promise<DraftView | null> => {
    const it = now.current;
    clearTimeout(it.timer);
    it.timer = undefined;
    if (it.held) return Promise.resolve(null);
    const known = () => newest(it.saved, client.getQueryData<DraftView>(draftKey(initial.id)));
    if (it.running) return it.running.then(() => (same(it.typed, it.base) ? known() : save()));
    if (same(it.typed, it.base)) return Promise.resolve(known());
    setSaveState("saving");
    it.running = saveOnce().finally(() => {
      it.running = null;
    });
    return it.running;
  }, [client, initial.id, saveOnce]);

  const change = useCallback(
    (changes: Partial<DraftData>) => {
      const it = now.current;
      it.typed = { ...it.typed, ...changes };
      setData(it.typed);
      clearTimeout(it.timer);
      it.timer = setTimeout(() => void save(), SAVE_AFTER_MS);
    },
    [save],
  );

  const settle = useCallback(
    async (whose: "theirs" | "mine") => {
      const current = await refetch();
      const it = now.current;
      it.held = false;
      it.version = current.version;
      it.base = current.data;
      if (whose === "theirs") {
        it.typed = current.data;
        setData(current.data);
      }
      setSaveError(null);
      setSaveState("saved");
      await save();
    },
    [refetch, save],
  );

  useEffect(() => {
    const it = now.current;
    if (draft.version <= it.version || it.running || it.timer !== undefined || !same(it.typed, it.base)) return;
    it.version = draft.version;
    it.base = draft.data;
    it.typed = draft.data;
    setData(draft.data);
  }, [draft]);
  useEffect(() => {
    const it = now.current;
    return () => {
      if (it.timer !== undefined) void save();
    };
  }, [save]);

  const isGone = error instanceof RequestError && error.status === 404;
  return { draft, data, change, flush: save, saveState, saveError, leave, isGone, settle };
}
