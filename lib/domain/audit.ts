/** How many rows a part of the list holds. */
export const AUDIT_PAGE = 50;

export interface AuditRow {
  id: number;
  at: string;
  who: string;
  address: string | null;
  requestId: string;
  action: string;
  entity: string;
  entityId: string;
  detail: Record<string, unknown>;
}

/** GET /api/audit */
export interface AuditPage {
  rows: AuditRow[];
  /** For `after` of the next part; null when this is the last one. */
  next: number | null;
}

/** GET /api/audit/choices: what there is to filter by. */
export interface AuditChoices {
  who: string[];
  actions: string[];
  entities: string[];
}

/** The names of the filters, in the order of the address. `from` and `to` are days there, and moments in a request. */
export const AUDIT_FILTERS = ["who", "action", "entity", "q", "from", "to", "sort"] as const;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The filters of an address as a query of the list's route: days become moments in the reader's own time zone. */
export function auditQuery(values: { get(name: string): string | null }): string {
  const query = new URLSearchParams();
  for (const name of AUDIT_FILTERS) {
    const value = values.get(name)?.trim();
    if (!value || value.length > 200) continue;
    if (name === "sort") {
      if (value === "-when") query.set(name, value);
    } else if (name === "from" || name === "to") {
      const day = DAY.test(value) ? new Date(`${value}T00:00:00`) : null;
      if (!day || Number.isNaN(day.getTime())) continue;
      // The last day is meant whole.
      if (name === "to") day.setDate(day.getDate() + 1);
      query.set(name, day.toISOString());
    } else query.set(name, value);
  }
  return query.toString();
}

/** The name of what a row is about, where its detail has one. */
export function nameIn(detail: Record<string, unknown>): string | null {
  for (const key of ["name", "label", "email"]) if (typeof detail[key] === "string") return detail[key];
  return null;
}

/** Where what a row is about is shown; null where it has no page. It may be gone by now. */
export function pageOf({ entity, entityId }: Pick<AuditRow, "entity" | "entityId">): string | null {
  const area = { cluster: "clusters", node: "nodes", storage: "storages", drive: "drives", task: "tasks" }[entity];
  return area ? `/${area}/${entityId}` : null;
}
