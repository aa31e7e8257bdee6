import { text } from "../../../domain/text.ts";
import { formatBytes } from "../../../domain/units.ts";
import type { Found } from "../../contract.ts";
import type { FileFacts } from "./join.ts";

const STATE = { directory: "there", missing: "missing", link: "link", other: "other" } as const;

/** Whether the VM directory is there, and the partition that holds or would hold it. */
export function foundFile({ vm }: Pick<FileFacts, "vm">): Found[] {
  const { path, kind, fs, size, free } = vm;
  return [
    { id: "directory", text: text(`file.found.${STATE[kind]}`, { path }) },
    {
      id: "partition",
      text: text("file.found.partition", {
        source: fs?.source || "–",
        target: fs?.target || "–",
        size: formatBytes(size),
        free: formatBytes(free),
      }),
    },
  ];
}
