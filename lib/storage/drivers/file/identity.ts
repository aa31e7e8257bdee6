import { z } from "zod";

/** Name of the mark of ownership in a directory of drives. */
export const MARKER_FILE = ".spindle";

/** Hidden file that the check writes, flushes and removes, to prove that the directory can be written. */
export const WRITE_PROBE_FILE = ".spindle-probe";

/**
 * What a File storage is pinned by on one node. A file system is known by its UUID as `findmnt -n -o UUID -T DIR`
 * prints it, or, where it has none, by `fsid:` and what `stat -f -c %i DIR` prints; empty means not pinned.
 */
export const fileIdentity = z.object({
  /** The first line of `<vmDir>/.spindle`, whole. */
  marker: z.string(),
  vmFs: z.string(),
  imageFs: z.string(),
  shareFs: z.string(),
  /** Directories that the join made for the drives, outermost first, joined by commas: paths have none in them. */
  made: z.string().default(""),
});
export type FileIdentity = z.infer<typeof fileIdentity>;
