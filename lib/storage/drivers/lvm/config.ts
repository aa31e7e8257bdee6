import { z } from "zod";
import { volumeGroupName } from "../../../domain/names.ts";

export const lvmConfig = z.strictObject({
  vgName: volumeGroupName
    .default("lvm0")
    .meta({ label: "lvm.vg-name", help: "lvm.vg-name-help", placeholder: "lvm0", widget: "text" }),
  wipe: z
    .boolean("errors.field.invalid")
    .default(false)
    .meta({ label: "lvm.wipe", help: "lvm.wipe-help", widget: "switch", changeable: true }),
});
export type LvmConfig = z.output<typeof lvmConfig>;
