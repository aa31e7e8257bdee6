import { z } from "zod";
import { directoryPath } from "../../../domain/names.ts";

export const fileConfig = z.strictObject({
  vmDir: directoryPath
    .default("/vm")
    .meta({ label: "file.vm-dir", help: "file.vm-dir-help", placeholder: "/vm", widget: "path" }),
});
export type FileConfig = z.output<typeof fileConfig>;
