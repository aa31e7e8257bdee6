"use client";
import type { UseQueryResult } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { T } from "#components/text/t.tsx";
import { Ask } from "#components/ui/ask.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { setNodeMode } from "#lib/actions/nodes.ts";
import type { NodeView } from "#lib/domain/dto.ts";
import type { NodeConcerns } from "#lib/domain/node.ts";
import { naturalOrder } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";

/** So many drives are named; the rest is a number. */
const NAMED = 8;

function DriveLine({ drives }: Pick<NodeConcerns, "drives">) {
  const t = useTranslations("node.maintenance");
  const active = drives.filter((drive) => drive.isActive === true || drive.isOpen === true);
  if (active.length === 0) return <li>{t("inactive", { count: drives.length })}</li>;
  const labels = active.map((drive) => visible(drive.label)).toSorted(naturalOrder);
  const shown = labels.slice(0, NAMED).join(", ") + (labels.length > NAMED ? ", …" : "");
  return <li className="break-words">{t("active", { count: active.length, labels: shown })}</li>;
}

/** What whoever takes the node out of service should know: drives active there, tasks at work on it. */
function Concerns({ query }: { query: UseQueryResult<NodeConcerns> }) {
  const t = useTranslations("node.maintenance");
  if (query.error) return <ErrorNotice error={errorViewOf(query.error)} retry={() => void query.refetch()} />;
  if (!query.data) return <p>{t("unknown")}</p>;
  const { drives, tasks } = query.data;
  if (drives.length === 0 && tasks.length === 0) return <p>{t("nothing")}</p>;
  return (
    <ul className="list-disc space-y-1 pl-5">
      {drives.length > 0 ? <DriveLine drives={drives} /> : null}
      {tasks.length > 0 ? (
        <li>
          {t("tasks", { count: tasks.length })}
          <ul className="list-disc pl-5">
            {tasks.map((task) => (
              <li key={task.id}>
                <Link href={`/tasks/${task.id}`} className="inline-flex min-h-6 items-center underline">
                  <T text={task.title} />
                </Link>
              </li>
            ))}
          </ul>
        </li>
      ) : null}
    </ul>
  );
}

/** Takes a node out of service, or puts it back; says before what that concerns. */
export function ModeButton({
  node,
  concerns,
  reason,
}: {
  node: NodeView;
  concerns: UseQueryResult<NodeConcerns>;
  reason: string | null;
}) {
  const t = useTranslations("node");
  const starts = node.mode === "in-service";
  const verb = starts ? "maintenance" : "in-service";
  return (
    <Ask
      small
      label={t(`verb.${verb}`)}
      title={starts ? t("maintenance.title", { node: visible(node.name) }) : undefined}
      confirm={t(`verb.${verb}`)}
      reason={reason}
      run={() => setNodeMode({ nodeId: node.id, mode: starts ? "maintenance" : "in-service" })}
    >
      <div className="space-y-2">
        <p>{t(starts ? "maintenance.about" : "maintenance.back")}</p>
        {starts ? <Concerns query={concerns} /> : null}
      </div>
    </Ask>
  );
}
