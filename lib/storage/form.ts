import { z } from "zod";
import type { FormField } from "../domain/dto.ts";
import { text } from "../domain/text.ts";
import type { StorageDriver } from "./contract.ts";

/** What a driver writes behind each field of its schema with `.meta`. */
const metaSchema = z.object({
  label: z.string(),
  help: z.string().optional(),
  placeholder: z.string().optional(),
  widget: z.enum(["text", "path", "number", "switch", "secret"]),
  default: z.union([z.string(), z.number(), z.boolean()]),
  changeable: z.literal(true).optional(),
});

/** The fields of a driver's form, made from its schema: label, help, widget and default, in the schema's order. */
export function formFields(driver: StorageDriver): FormField[] {
  const { properties = {} } = z.toJSONSchema(driver.config, { io: "input", unrepresentable: "any" });
  return Object.entries(properties).map(([name, property]) => {
    const meta = metaSchema.parse(property);
    return {
      name,
      label: text(meta.label),
      ...(meta.help ? { help: text(meta.help) } : {}),
      ...(meta.placeholder ? { placeholder: meta.placeholder } : {}),
      widget: meta.widget,
      default: meta.default,
      isChangeable: meta.changeable === true,
    };
  });
}
