"use client";
import { CircleX } from "lucide-react";
import { useTranslations } from "use-intl";
import { T } from "#components/text/t.tsx";
import type { DiskView } from "#lib/domain/parts.ts";
import { formatBytes, naturalOrder } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";

function useDiskWord() {
  const t = useTranslations("parts");
  return ({ name, size, model, at }: DiskView) => {
    const disk = t("disk", { name: visible(name), size: formatBytes(size), model: visible(model) });
    return at === undefined ? disk : t("diskAt", { disk, at: visible(at) });
  };
}

/** Disks on which something was found, each with what. */
function UsedDisks({ disks }: { disks: readonly DiskView[] }) {
  const t = useTranslations("parts");
  const word = useDiskWord();
  if (disks.length === 0) return null;
  return (
    <section aria-labelledby="used-disks">
      <h2 id="used-disks" className="font-medium">
        {t("used")}
      </h2>
      <ul className="mt-1 space-y-1.5">
        {disks.map((disk) => (
          <li key={disk.name} className="text-s">
            <span className="break-words">{word(disk)}</span>
            <ul className="text-ink-2">
              {disk.uses.map((use) => (
                <li key={`${use.key}${JSON.stringify(use.values ?? {})}`} className="break-words">
                  <T text={use} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface Props {
  disks: readonly DiskView[];
  node: string;
  /** Links of those that are taken. */
  chosen: readonly string[];
  error?: string | undefined;
  onChange: (chosen: string[]) => void;
}

/** Every disk of a node: the unused ones to choose from, the others with what was found on them. */
export function DiskChoice({ disks, node, chosen, error, onChange }: Props) {
  const t = useTranslations("parts");
  const word = useDiskWord();
  const ordered = disks.toSorted((a, b) => naturalOrder(a.name, b.name));
  const unused = ordered.filter(({ uses }) => uses.length === 0);
  return (
    <div className="space-y-4">
      <fieldset>
        <legend className="mb-1 font-medium">{t("unused")}</legend>
        {unused.length === 0 ? <p className="text-ink-2">{t("noUnused", { node: visible(node) })}</p> : null}
        {unused.map((disk) => {
          const link = disk.link ?? "";
          return (
            <label key={disk.name} className="flex min-h-8 items-center gap-2">
              <input
                type="checkbox"
                checked={chosen.includes(link)}
                onChange={(event) =>
                  onChange(event.target.checked ? [...chosen, link] : chosen.filter((each) => each !== link))
                }
                className="checkbox"
              />
              <span className="min-w-0 break-words">
                {word(disk)} <span className="block font-mono text-s break-all text-ink-2">{visible(link)}</span>
              </span>
            </label>
          );
        })}
        {error ? (
          <p className="mt-1 flex items-start gap-1.5 text-s text-bad">
            <CircleX aria-hidden size={14} className="mt-0.5 shrink-0" />
            {error}
          </p>
        ) : null}
      </fieldset>
      <UsedDisks disks={ordered.filter(({ uses }) => uses.length > 0)} />
    </div>
  );
}
