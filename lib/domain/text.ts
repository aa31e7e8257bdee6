/**
 * A sentence for a person, as data: a key of the message catalogue and its values.
 * Plans, tasks and preflight rows keep sentences this way, so that another language is another catalogue.
 * Values that come from a node are shown as text, with control characters made visible.
 */
export interface Text {
  key: string;
  values?: Record<string, string | number>;
}

export function text(key: string, values?: Record<string, string | number>): Text {
  return values ? { key, values } : { key };
}
