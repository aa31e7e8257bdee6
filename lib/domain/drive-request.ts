import { z } from "zod";
import { MAX_AT_ONCE, MAX_DRIVE, MIN_DRIVE } from "./drive.ts";
import { DRIVE_FORMATS } from "./storage.ts";

const id = z.string().min(1).max(80);
const size = z
  .number("drive.field.size")
  .int("drive.field.size")
  .min(MIN_DRIVE, "drive.field.size")
  .max(MAX_DRIVE, "drive.field.size");
const ids = z.array(id).min(1, "drive.rule.no-drives").max(MAX_AT_ONCE, "drive.field.count");

/** A request for a change of drives, as a form sends it. Labels may still be wrong: those are named by field. */
export const driveRequestSchema = z.discriminatedUnion("verb", [
  z.strictObject({
    verb: z.literal("create"),
    /** Drawn by the server with the form: the drives' ids follow from it, so that sending twice makes them once. */
    key: z.string().regex(/^[a-z0-9]{16,40}$/, "drive.field.key"),
    storageId: id,
    /** Null: the node with most room for each drive. */
    nodeId: id.nullable(),
    format: z.enum(DRIVE_FORMATS),
    size,
    labels: z.array(z.string().max(200)).min(1, "drive.field.count").max(MAX_AT_ONCE, "drive.field.count"),
  }),
  z.strictObject({ verb: z.literal("grow"), ids, size }),
  z.strictObject({ verb: z.literal("rename"), ids: ids.max(1), label: z.string().max(200) }),
  /** `nodeId`: on which one, of drives that all nodes see. */
  z.strictObject({ verb: z.literal("activate"), ids, nodeId: id.optional() }),
  z.strictObject({ verb: z.literal("deactivate"), ids }),
  z.strictObject({ verb: z.literal("delete"), ids }),
]);
export type DriveRequest = z.output<typeof driveRequestSchema>;
