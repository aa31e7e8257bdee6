"use client";
import { useCallback, useState } from "react";
import { useText } from "#components/text/t.tsx";
import type { DraftData } from "#lib/domain/dto.ts";
import type { DraftForm } from "./use-draft.ts";
import { whenReleased } from "./when-released.ts";

export interface Problems {
  /** The sentence of a field that was left (or whose step was submitted); undefined where there is none. */
  of: (path: string) => string | undefined;
  /** A field was left: what is typed is saved, and from the answer on its problem is shown. */
  leave: (path: string) => void;
  /** A step was submitted: the same for everything below these paths. */
  submit: (prefixes: readonly string[]) => void;
}

/** The field that a refused save names: `data.storages.0.name` is `storages.KEY.name` in the form. */
function fieldOf(path: string, { storages }: DraftData): string {
  const [, ...parts] = path.split(".");
  const storage = parts[0] === "storages" ? storages[Number(parts[1])] : undefined;
  return (storage ? ["storages", storage.key, ...parts.slice(2)] : parts).join(".");
}

/**
 * Problems come from the server with every save; they are shown beside a field once it was left. What can't even be
 * saved stands beside its field at once.
 */
export function useProblems({ draft, data, flush, saveError }: DraftForm): Problems {
  const say = useText();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const showFrom = useCallback(
    (paths: readonly string[]) => {
      const show = () =>
        setLeft((before) => (paths.every((path) => before.has(path)) ? before : new Set([...before, ...paths])));
      // Not before the answer: the last one is about what stood there before.
      void flush().then(() => whenReleased(show));
    },
    [flush],
  );
  const leave = useCallback((path: string) => showFrom([path]), [showFrom]);
  const submit = useCallback(
    (prefixes: readonly string[]) => showFrom(prefixes.map((prefix) => `${prefix}*`)),
    [showFrom],
  );
  const isShown = (path: string) =>
    left.has(path) || [...left].some((each) => each.endsWith("*") && path.startsWith(each.slice(0, -1)));
  const of = (path: string) => {
    const refused = Object.entries(saveError?.fields ?? {}).find(([at]) => fieldOf(at, data) === path)?.[1];
    const problem = refused ?? (isShown(path) ? draft.problems[path] : undefined);
    return problem ? say(problem) : undefined;
  };
  return { of, leave, submit };
}
