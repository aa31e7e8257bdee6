import { z } from "zod";
import { volumeGroupName } from "../../../domain/names.ts";

export const lvmConfig = z.strictObject({
  vgName: volumeGroupName
    .default("lvm0")
    .meta({ label: "lvm.vg-name", help: "lvm.vg-name-help", placeholder: "lvm0", widget: "text" }),
});
export type LvmConfig = z.output<typeof lvmConfig>;
