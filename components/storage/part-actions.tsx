"use client";
import { Plus, Scaling } from "lucide-react";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { type Part, type PartsVerb, partObstacle } from "#lib/domain/parts.ts";
import { visible } from "#lib/domain/visible.ts";

/** Which storage on which node the parts are of, and what can be done with them. */
export interface PartsPlace {
  storageId: string;
  nodeId: string;
  verbs: readonly PartsVerb[];
}

function partsHref({ storageId, nodeId }: PartsPlace, verb: PartsVerb, part?: string): string {
  const typed = new URLSearchParams({ do: verb, node: nodeId, ...(part ? { part } : {}) });
  return `/storages/${storageId}/parts?${typed}`;
}

/** Whether a part can be emptied or taken out at all, however it is now. */
export const canLeave = ({ verbs }: PartsPlace) => verbs.includes("empty") || verbs.includes("remove");

/** The next thing that can be done with a PV: everything off it, and once it is empty, out with it. Or why not. */
export function PartAction({ place, part, parts }: { place: PartsPlace; part: Part; parts: readonly Part[] }) {
  const t = useTranslations("parts");
  const say = useText();
  const isEmpty = part.size !== null && part.free === part.size;
  const verb = isEmpty ? "remove" : "empty";
  if (!place.verbs.includes(verb)) return null;
  const obstacle = partObstacle(verb, part, parts);
  if (obstacle)
    return (
      <Button small reason={say(obstacle)}>
        {t(`verb.${verb}`)}
      </Button>
    );
  return (
    <LinkButton
      small
      href={partsHref(place, verb, part.id)}
      aria-label={t(`verbOf.${verb}`, { part: visible(part.device ?? part.id) })}
    >
      {t(`verb.${verb}`)}
    </LinkButton>
  );
}

const DISK_VERBS = [
  { verb: "add", Icon: Plus },
  { verb: "grow", Icon: Scaling },
] as const;

/** Leads to the disks of the node, and to what those of the storage have grown by. */
export function DiskActions({ place }: { place: PartsPlace }) {
  const t = useTranslations("parts.verb");
  return (
    <span className="flex flex-wrap gap-2">
      {DISK_VERBS.filter(({ verb }) => place.verbs.includes(verb)).map(({ verb, Icon }) => (
        <LinkButton key={verb} small href={partsHref(place, verb)} icon={<Icon aria-hidden size={14} />}>
          {t(verb)}
        </LinkButton>
      ))}
    </span>
  );
}
