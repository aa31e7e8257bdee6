"use client";
import { useTranslations } from "use-intl";

/** What was done, and on what kind of thing, in words; what this release has no word for, as it is recorded. */
export function useAuditWords(): { action: (action: string) => string; entity: (entity: string) => string } {
  const tAction = useTranslations("audit.action");
  const tEntity = useTranslations("audit.entity");
  return {
    action: (action) => {
      const key = action.replaceAll(".", "-") as "task-create";
      return tAction.has(key) ? tAction(key) : action;
    },
    entity: (entity) => (tEntity.has(entity as "task") ? tEntity(entity as "task") : entity),
  };
}
