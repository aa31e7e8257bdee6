/** Sizes as people type them: a number and a unit. */
export const SIZE_UNITS = { MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;
export type SizeUnit = keyof typeof SIZE_UNITS;

/** Whole bytes; null for what is no positive number. A comma counts as a point. */
export function parseSize(typed: string, unit: SizeUnit): number | null {
  const text = typed.trim().replace(",", ".");
  if (!/^\d{1,12}(?:\.\d{1,6})?$/.test(text)) return null;
  const bytes = Math.round(Number(text) * SIZE_UNITS[unit]);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : null;
}

/** The largest unit in which a size is a short number, for a form that begins with it. */
export function sizeParts(bytes: number): { typed: string; unit: SizeUnit } {
  for (const unit of ["TiB", "GiB"] as const) {
    const value = bytes / SIZE_UNITS[unit];
    if (value >= 1 && Number.isInteger(value * 100)) return { typed: String(value), unit };
  }
  return { typed: String(bytes / SIZE_UNITS.MiB), unit: "MiB" };
}

/** Whole bytes from an address, as a form begins with them; null where there are none. */
export function sizeFromAddress(value: string | null): { typed: string; unit: SizeUnit } | null {
  const bytes = value !== null && /^\d{1,15}$/.test(value) ? Number(value) : 0;
  return bytes > 0 ? sizeParts(bytes) : null;
}

/** The labels of several drives that are made at once: `db-1`, `db-2` …; one alone has the label itself. */
export function numberedLabels(label: string, count: number): string[] {
  if (count <= 1) return [label];
  return Array.from({ length: count }, (_, index) => `${label}-${index + 1}`);
}

/** What was typed for labels that `numberedLabels` made. */
export function labelBehind(labels: readonly string[]): string {
  const [first = ""] = labels;
  return labels.length > 1 ? first.replace(/-1$/, "") : first;
}
