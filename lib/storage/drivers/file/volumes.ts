import { z } from "zod";
import type { Volume } from "../../../domain/drive.ts";
import type { Ownership } from "../../contract.ts";
import { isOwnMark } from "../../drive-marks.ts";
import { bytesOf } from "../../probe-dirs.ts";

const besideSchema = z.object({ panel: z.string(), storage: z.string(), drive: z.string(), label: z.string() });

function readBeside(line: string): z.infer<typeof besideSchema> | null {
  try {
    return besideSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    // Somebody else's file of that name.
    return null;
  }
}

/** `file|beside BLOCKS LOCKED SIZE NAME`, and behind a name without blanks what stands beside that file. */
const LINE = /^(file|beside) (\S+) ([01]) (\S+) (.*)$/;

function volumeOf(line: string, owner: Pick<Ownership, "panelId" | "storageId">): Volume[] {
  const [, word, blocks = "", locked, size = "", rest = ""] = LINE.exec(line) ?? [];
  if (word === undefined) return [];
  const end = word === "beside" ? rest.indexOf(" ") : rest.length;
  const name = rest.slice(0, end);
  const beside = word === "beside" ? readBeside(rest.slice(end + 1)) : null;
  const [id = ""] = name.split(".");
  const taken = bytesOf(blocks);
  return [
    {
      name,
      drive: name === `${id}.qcow2` && beside !== null && isOwnMark(beside, owner, id) ? id : null,
      label: beside?.label ?? null,
      size: bytesOf(size),
      used: taken === null ? null : taken * 512,
      isActive: null,
      isOpen: locked === "1",
      isBlanking: false,
      isWiping: false,
    },
  ];
}

/** Every file of the directory as a volume, but those that only stand beside an image. Null when it was not listed. */
export function readFileVolumes(
  lines: readonly string[],
  owner: Pick<Ownership, "panelId" | "storageId">,
): Volume[] | null {
  return lines.includes("listed") ? lines.flatMap((line) => volumeOf(line, owner)) : null;
}
