import { z } from "zod";

/** More disks than this are added in their turn. */
const MOST_DISKS = 16;
const id = z.string().min(1).max(200);

export const partsRequestSchema = z.discriminatedUnion("verb", [
  z.strictObject({ verb: z.literal("add"), disks: z.array(id).min(1, "parts.field.disks").max(MOST_DISKS) }),
  /** Takes what disks have grown by into the parts on them. */
  z.strictObject({ verb: z.literal("grow") }),
  /** Everything off one part; `andRemove`: then out of the group with it. */
  z.strictObject({ verb: z.literal("empty"), part: id, andRemove: z.boolean() }),
  z.strictObject({ verb: z.literal("remove"), part: id }),
]);
export type PartsRequest = z.output<typeof partsRequestSchema>;
