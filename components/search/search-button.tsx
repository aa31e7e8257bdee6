"use client";
import { Search } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { PlainButton } from "#components/ui/button.tsx";

const load = () => import("./palette.tsx");
const Palette = lazy(load);

const never = () => () => {};
/** Apple keyboards have another key for it. */
const isApple = () => /Mac|iPhone|iPad/.test(navigator.platform);

/**
 * Opens the search, by a press or by Ctrl-K from anywhere. It is the browser's own dialog: the focus stays in it, and
 * comes back where it was. Its code comes when it is first needed.
 */
export function SearchButton() {
  const t = useTranslations("search");
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const apple = useSyncExternalStore(never, isApple, () => false);
  const show = useCallback(() => {
    if (dialog.current?.open) return;
    setOpen(true);
    dialog.current?.showModal();
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      if (dialog.current?.open) dialog.current.close();
      else show();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [show]);
  return (
    <>
      <PlainButton
        onClick={show}
        onPointerEnter={() => void load()}
        aria-keyshortcuts="Control+K Meta+K"
        className="flex h-8 min-w-8 shrink-0 items-center justify-center gap-2 rounded-m border border-line-strong bg-surface px-2 text-ink-2 hover:border-control-line sm:w-64 sm:justify-start"
      >
        <Search aria-hidden size={15} className="shrink-0" />
        <span className="max-sm:sr-only">{t("open")}</span>
        <kbd aria-hidden className="ml-auto rounded-s border border-line-strong px-1.5 font-sans text-xs max-sm:hidden">
          {apple ? "⌘ K" : "Ctrl K"}
        </kbd>
      </PlainButton>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes it; a press beside it does too */}
      <dialog
        ref={dialog}
        aria-label={t("open")}
        onClose={() => setOpen(false)}
        onClick={(event) => event.target === dialog.current && dialog.current?.close()}
        className="mx-auto mt-[12vh] max-h-[70vh] w-[calc(100%-2rem)] max-w-xl overflow-hidden rounded-m border border-line bg-surface text-left text-ink shadow-float backdrop:bg-scrim max-sm:mt-4 max-sm:max-h-[85dvh]"
      >
        {isOpen ? (
          <Suspense fallback={<div className="skeleton m-3 h-5" />}>
            <Palette onDone={() => dialog.current?.close()} />
          </Suspense>
        ) : null}
      </dialog>
    </>
  );
}
